import { UserList } from '../logins/user-list.ts';
import type { LoginResult, Proof } from '../passwords/proof.ts';
import type { CredentialSource, CredentialsSpec } from '../spec/smtp-spec.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import { derived, type TenantCore } from './tenant-core.ts';

/** Who may log in to a tenant by one protocol. */
export class TenantLogins {
  readonly #core: TenantCore;
  readonly #list: () => UserList;

  constructor(core: TenantCore, credentials: (spec: TenantSpec) => CredentialsSpec) {
    this.#core = core;
    const { log, clock, env } = core.home;
    this.#list = derived(core, spec => new UserList(sourcesOf(credentials(spec)), { log, clock, env }));
  }

  /** Whether anybody is named, readable or not: then a login is wanted. */
  get areWanted(): boolean {
    const { users, malformed } = this.#list().current;
    return users.size + malformed.length > 0;
  }

  /** Who they are, without their secrets. */
  async names(): Promise<readonly string[]> {
    await this.check();
    return [...this.#list().current.users.keys()];
  }

  /** Looks at the files; null when there is nothing to wait for. */
  check(): Promise<void> | null {
    return this.#list().check();
  }

  async attempt(user: string, proof: Proof): Promise<LoginResult> {
    await this.check();
    return this.#core.home.logins.check(this.#core.uid, this.#list().current.users, user, proof);
  }
}

function sourcesOf({ auth, authFile }: CredentialsSpec): readonly CredentialSource[] {
  return authFile === null ? auth : [`file:${authFile}`];
}
