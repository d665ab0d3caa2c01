import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MpctlError } from '../base/error.ts';
import { silentLogger } from '../base/log.ts';
import { Refusal } from '../base/refusal.ts';
import type { ControlHost } from './control-host.ts';
import { openControlServer } from './control-server.ts';

/** Answers with the call that reached it. */
const echo: ControlHost = new Proxy({} as ControlHost, {
  get: (_, name) => async (argument: unknown) => ({ called: name, argument }),
});

async function ask(
  host: ControlHost,
  line: string,
  body?: string,
  metricsOnly = false,
): Promise<{ status: number; reply: unknown }> {
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-'));
  const socketPath = join(dir, 's');
  await using server = openControlServer(host, silentLogger);
  const listening = createServer(socket => server.serve(socket, metricsOnly));
  await new Promise<void>(done => listening.listen(socketPath, done));
  try {
    const [method = '', path = ''] = line.split(' ');
    return await new Promise((resolve, reject) => {
      request({ socketPath, method, path, agent: false }, async response => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, reply: JSON.parse(text) });
      })
        .on('error', reject)
        .end(body);
    });
  } finally {
    listening.close();
    rmSync(dir, { recursive: true });
  }
}

test('each route reaches its call', async () => {
  const set = [{ key: 'maxMessages', value: '5' }];
  const calls: [line: string, body: unknown, called: string, argument: unknown, status?: number][] = [
    ['GET /v1/status', undefined, 'status', undefined],
    ['POST /v1/plan', undefined, 'plan', undefined],
    ['POST /v1/apply', undefined, 'apply', false],
    ['POST /v1/apply?confirm=1', undefined, 'apply', true],
    ['POST /v1/proxy/retry', undefined, 'retryProxy', undefined],
    ['GET /v1/tenants', undefined, 'list', undefined],
    ['GET /v1/tenants/a%31', undefined, 'show', 'a1'],
    ['GET /v1/tenants/a1/sessions', undefined, 'sessions', 'a1'],
    ['POST /v1/tenants', { name: 'a1' }, 'change', { verb: 'add', name: 'a1', set: [] }, 201],
    ['POST /v1/tenants?dryRun=1', { name: 'a1', set }, 'preview', { verb: 'add', name: 'a1', set }],
    ['PATCH /v1/tenants/a1', { set }, 'change', { verb: 'set', name: 'a1', set, unset: [] }],
    [
      'PATCH /v1/tenants/a1',
      { unset: ['label'] },
      'change',
      { verb: 'set', name: 'a1', set: [], unset: ['label'] },
    ],
    ['DELETE /v1/tenants/a1', undefined, 'change', { verb: 'remove', name: 'a1' }],
    ['POST /v1/tenants/a1/rename', { to: 'b1' }, 'change', { verb: 'rename', name: 'a1', to: 'b1' }],
    ['POST /v1/tenants/a1/suspend', undefined, 'change', { verb: 'suspend', name: 'a1' }],
    ['POST /v1/tenants/a1/resume?dryRun=1', undefined, 'preview', { verb: 'resume', name: 'a1' }],
  ];
  for (const [line, body, called, argument, status = 200] of calls) {
    const answer = await ask(echo, line, body === undefined ? undefined : JSON.stringify(body));
    assert.deepEqual(
      answer,
      { status, reply: argument === undefined ? { called } : { called, argument } },
      line,
    );
  }
});

test('what is not right is a bad request, what is not there is not found', async () => {
  const attempts: [line: string, body: string | undefined, status: number, code: string][] = [
    ['GET /v2/status', undefined, 404, 'ROUTE_NOT_FOUND'],
    ['PUT /v1/tenants/a1', '{}', 404, 'ROUTE_NOT_FOUND'],
    ['GET /v1/tenants/a1/rename', undefined, 404, 'ROUTE_NOT_FOUND'],
    ['POST /v1/tenants', undefined, 400, 'BAD_REQUEST'],
    ['POST /v1/tenants', '[', 400, 'BAD_REQUEST'],
    ['POST /v1/tenants', '[]', 400, 'BAD_REQUEST'],
    ['POST /v1/tenants', '{"name": 1}', 400, 'BAD_REQUEST'],
    ['POST /v1/tenants', '{"name": "a", "more": 1}', 400, 'BAD_REQUEST'],
    ['PATCH /v1/tenants/a1', '{"set": [{"key": "a", "value": 5}]}', 400, 'BAD_REQUEST'],
    ['PATCH /v1/tenants/a1', '{"unset": "label"}', 400, 'BAD_REQUEST'],
    ['POST /v1/tenants', `{"name": "${'x'.repeat(2 ** 20)}"}`, 400, 'BAD_REQUEST'],
    ['GET /v1/tenants/%ff', undefined, 400, 'BAD_REQUEST'],
  ];
  for (const [line, body, status, code] of attempts) {
    const answer = await ask(echo, line, body);
    assert.deepEqual([answer.status, (answer.reply as { code: string }).code], [status, code], line);
  }
});

test('refusals and failures keep code, hint and issues', async () => {
  const issue = { code: 'X', severity: 'error', message: 'wrong', path: 'a' } as const;
  const host = {
    ...echo,
    show: () => Promise.reject(new Refusal('TENANT_EXISTS', 'there', [issue], 'look')),
    list: () => Promise.reject(new MpctlError('DISK_FULL', 'no room')),
    status: () => Promise.reject(new Error('a bug')),
  } as unknown as ControlHost;
  assert.deepEqual(await ask(host, 'GET /v1/tenants/a1'), {
    status: 409,
    reply: { code: 'TENANT_EXISTS', message: 'there', hint: 'look', issues: [issue] },
  });
  assert.deepEqual(await ask(host, 'GET /v1/tenants'), {
    status: 500,
    reply: { code: 'DISK_FULL', message: 'no room', hint: '', issues: [] },
  });
  assert.equal((await ask(host, 'GET /v1/status')).status, 500);
});

test('an address for metrics gives nothing else', async () => {
  assert.equal((await ask(echo, 'GET /v1/status', undefined, true)).status, 404);
});
