import type { TenantId } from '../base/ids.ts';
import type { FleetSpec, ListenerSpec } from '../spec/tenant-spec.ts';
import type { Names, Person } from './person.ts';
import type { WebProcess } from './web-process.ts';

/** Who comes, and why. */
export type Visitor = {
  /** With the groups that it has now. */
  readonly person: Person;
  /** With the groups that it would have if it were started again. */
  readonly account: Person;
  /** `asked`: somebody wants to know, and nothing says that they should get in. */
  readonly role: 'web server' | 'tenant' | 'asked';
  readonly process: WebProcess | null;
};

/** An attempt to reach a socket. */
export type Visit = {
  readonly visitor: Visitor;
  readonly path: string;
  /** Null: it is the fallback socket. */
  readonly owner: { readonly tenant: TenantId; readonly listener: ListenerSpec } | null;
};

/** The daemon that runs. */
export type Daemon = {
  /** Null: this user may not ask. */
  readonly pid: number | null;
  /** Its systemd unit; null where it has none. */
  readonly unit: string | null;
  readonly person: Person;
  /** As it would be if it were started again. */
  readonly account: Person;
  /** What it says of a tenant; null: it has none of that name. */
  readonly stateOf: (tenant: TenantId) => { readonly error: string } | null;
};

/** What advice depends on. */
export type World = {
  readonly fleet: FleetSpec;
  readonly names: Names;
  readonly daemon: Daemon | null;
  readonly hasSetfacl: boolean;
};
