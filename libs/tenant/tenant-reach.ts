import type { Reachability, ReachableListener } from '../inbox-api/inbox-tenant.ts';
import { tenantSocketPath } from '../spec/paths.ts';
import type { Bind, ListenerSpec } from '../spec/tenant-spec.ts';
import { isOwnSocket } from '../wire/shared-binds.ts';
import type { TenantCore } from './tenant-core.ts';
import { TenantLogins } from './tenant-logins.ts';

/** What people need to know to connect to a tenant. */
export class TenantReach {
  readonly #core: TenantCore;
  readonly #logins: { readonly smtp: TenantLogins; readonly pop3: TenantLogins };

  constructor(core: TenantCore) {
    this.#core = core;
    this.#logins = {
      smtp: new TenantLogins(core, ({ smtp }) => smtp),
      pop3: new TenantLogins(core, ({ pop3 }) => pop3),
    };
  }

  async reachability(): Promise<Reachability> {
    const { listeners, maxMessages, maxAgeMs, maxBytes } = this.#core.spec;
    return {
      listeners: await Promise.all(listeners.map(listener => this.#reachable(listener))),
      keeps: { maxMessages, maxAgeMs, maxBytes },
    };
  }

  async #reachable(listener: ListenerSpec): Promise<ReachableListener> {
    const { id, protocol, tls, requireStarttls } = listener;
    const users = protocol === 'http' ? [] : await this.#logins[protocol].names();
    const takesAnybody = protocol === 'smtp' && this.#core.spec.smtp.authAcceptAny;
    return {
      ...{ id, protocol, tls, requireStarttls, users },
      login: users.length > 0 ? 'required' : takesAnybody ? 'anybody' : 'none',
      addresses: listener.binds.map(bind => this.#address(bind, listener)),
    };
  }

  #address(bind: Bind, { id, publicHost }: ListenerSpec): ReachableListener['addresses'][number] {
    const { home, spec } = this.#core;
    if (isOwnSocket(bind)) return { socket: tenantSocketPath(home.runDir, spec.id, id), host: '', port: 0 };
    if (bind.kind === 'unix') return { socket: bind.path, host: '', port: 0 };
    const isAnywhere = bind.host === '::' || bind.host === '0.0.0.0';
    const host = publicHost || (isAnywhere ? home.hostname : bind.host);
    return { socket: '', host, port: bind.port };
  }
}
