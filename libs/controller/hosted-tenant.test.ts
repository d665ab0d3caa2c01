import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantForTest } from '../reconcile/fleet-for-tests.ts';
import type { BoundSocket } from '../sockets/bound-socket.ts';
import type { ListenerSpec, TenantSpec } from '../spec/tenant-spec.ts';
import { bindsOf, HostedTenant, refOf, socketChange } from './hosted-tenant.ts';

/** A tenant with a socket for each of its binds. */
function hosted(spec: TenantSpec): HostedTenant {
  const tenant = new HostedTenant(spec, 0);
  tenant.webGroup = 'web';
  tenant.sockets = bindsOf(spec).map(() => ({}) as BoundSocket);
  return tenant;
}

function withListener(spec: TenantSpec, id: string, over: Partial<ListenerSpec>): TenantSpec {
  const listeners = spec.listeners.map(listener =>
    listener.id === id ? { ...listener, ...over } : listener,
  );
  return { ...spec, listeners };
}

/** Which sockets a change closes and binds, as `smtp/0`. */
function changeOf(spec: TenantSpec, next: TenantSpec, webGroup = 'web') {
  const { closed, places } = socketChange(hosted(spec), next, webGroup);
  const name = (ref: { listenerId: string; bindIndex: number }) => `${ref.listenerId}/${ref.bindIndex}`;
  return {
    closed: closed.map(({ place }) => name(refOf(place))),
    bound: places.filter(({ kept }) => kept === null).map(({ place }) => name(refOf(place))),
  };
}

const spec = tenantForTest('a1');
const tcp = { kind: 'tcp', host: '127.0.0.1', port: 2525 } as const;

test('live settings keep every socket', () => {
  const next = withListener({ ...spec, label: 'A', maxMessages: 1 }, 'smtp', {
    maxConnections: 5,
    publicHost: 'x',
  });
  assert.deepEqual(changeOf(spec, next), { closed: [], bound: [] });
});

test('another owner, mode or queue binds the sockets of that listener again', () => {
  const access = { owner: 'bob', group: null, mode: 0o660, acl: [] };
  for (const over of [{ access }, { backlog: 5 }]) {
    assert.deepEqual(changeOf(spec, withListener(spec, 'smtp', over)), {
      closed: ['smtp/0'],
      bound: ['smtp/0'],
    });
  }
});

test('binds come and go one by one', () => {
  const [unix] = spec.listeners[0]?.binds ?? [];
  assert.ok(unix);
  const two = withListener(spec, 'smtp', { binds: [unix, tcp] });
  assert.deepEqual(changeOf(spec, two), { closed: [], bound: ['smtp/1'] });
  assert.deepEqual(changeOf(two, spec), { closed: ['smtp/1'], bound: [] });
  const only = { ...spec, listeners: spec.listeners.filter(({ id }) => id === 'http') };
  assert.deepEqual(changeOf(two, only), { closed: ['smtp/0', 'smtp/1'], bound: [] });
});

test('a port that another listener of the tenant gives up is not bound again', () => {
  const before = withListener(spec, 'smtp', { binds: [tcp] });
  const after = withListener(spec, 'http', { binds: [tcp] });
  const tenant = hosted(before);
  const [port] = tenant.sockets;
  const { closed, places } = socketChange(tenant, after, 'web');
  assert.deepEqual(
    closed.map(({ place, socket }) => [place.listener.id, socket === null]),
    [
      ['smtp', true],
      ['http', false],
    ],
  );
  assert.deepEqual(
    places.map(({ place, kept, moved }) => [place.listener.id, kept, moved === port]),
    [
      ['smtp', null, false],
      ['http', null, true],
    ],
  );
});

test('what could not be bound is bound again', () => {
  const tenant = hosted(spec);
  tenant.sockets = [null, {} as BoundSocket];
  const { closed, places } = socketChange(tenant, spec, 'web');
  assert.deepEqual([closed, places.map(({ kept }) => kept !== null)], [[], [false, true]]);
});

test('another group of the web server binds the sockets that it gets', () => {
  assert.deepEqual(changeOf(spec, spec, 'nginx'), { closed: ['http/0'], bound: ['http/0'] });
  const own = withListener(spec, 'http', { access: { owner: null, group: 'adm', mode: 0o660, acl: [] } });
  assert.deepEqual(changeOf(own, own, 'nginx'), { closed: [], bound: [] });
});

test('a tenant’s state', () => {
  const tenant = hosted(spec);
  assert.equal(tenant.state(true), 'listening');
  assert.equal(tenant.state(false), 'opening');
  tenant.error = 'SOCKET_IN_USE: taken';
  assert.equal(tenant.state(true), 'partial');
  tenant.sockets = [null, null];
  assert.equal(tenant.state(true), 'failed');
  tenant.step = 'closing';
  assert.equal(tenant.state(true), 'closing');
  assert.equal(hosted({ ...spec, suspended: true }).state(true), 'suspended');
});
