import { renderBind } from './bind.ts';
import type { ListenerProtocol, TenantSpec } from './tenant-spec.ts';

/** Where a tenant listens, as in the tenants file: `unix:/run/mailpit/project-a/smtp.sock`, `127.0.0.1:2525`. */
export type TenantBinds = Readonly<Record<ListenerProtocol, readonly string[]>>;

export function tenantBinds({ listeners }: Pick<TenantSpec, 'listeners'>): TenantBinds {
  const bindsOf = (protocol: ListenerProtocol) =>
    listeners.filter(each => each.protocol === protocol).flatMap(({ binds }) => binds.map(renderBind));
  return { smtp: bindsOf('smtp'), http: bindsOf('http'), pop3: bindsOf('pop3') };
}
