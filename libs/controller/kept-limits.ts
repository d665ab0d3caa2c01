import { renderBytes } from '../base/bytes.ts';
import { renderDuration } from '../base/duration.ts';
import type { Issue } from '../base/issue.ts';
import type { TenantChange } from '../spec/edit-files.ts';
import type { TenantSpec } from '../spec/tenant-spec.ts';
import type { Setting } from '../wire/control-http.ts';

/** By what mail of a tenant is removed, as it was in force. */
export type MailLimits = Pick<TenantSpec, 'maxMessages' | 'maxAgeMs' | 'maxBytes'>;

/** Who adds tenants to the files. */
export type TenantAdder = {
  /** The tenant that a change would make, without making it. @throws Refusal as `change` would */
  readonly foresee: (change: TenantChange) => Promise<TenantSpec>;
  readonly change: (change: TenantChange) => Promise<unknown>;
};

type Narrower = { readonly key: string; readonly before: string; readonly now: string };

const rows = [
  { key: 'maxMessages', field: 'maxMessages', render: String },
  { key: 'maxAge', field: 'maxAgeMs', render: renderDuration },
  { key: 'maxBytes', field: 'maxBytes', render: renderBytes },
] as const;

export function mailLimitsOf({ maxMessages, maxAgeMs, maxBytes }: MailLimits): MailLimits {
  return { maxMessages, maxAgeMs, maxBytes };
}

/**
 * Adds a tenant that comes back with its mail. Where what the files say for all would remove mail that its old limits
 * kept, these are written for it. Resolves to what is to be told of that, a sentence each.
 */
export async function addKeeping(
  name: string,
  set: readonly Setting[],
  limits: MailLimits | null,
  adder: TenantAdder,
): Promise<string[]> {
  const foreseen = await adder.foresee({ verb: 'add', name, set });
  const narrower = limits ? narrowerHere(limits, foreseen) : [];
  const kept = narrower.map(({ key, before }) => ({ key, value: before }));
  const others = set.filter(({ key }) => !narrower.some(one => one.key === key));
  await adder.change({ verb: 'add', name, set: [...others, ...kept] });
  if (!limits) return unknownLimits(foreseen);
  return narrower.map(
    ({ key, before, now }) =>
      `${key}: ${before} was written into its lines; the defaults here would keep ${now}`,
  );
}

/** What is to be told of a tenant that keeps its settings while older mail takes the place of what it has. */
export function lessKept(limits: MailLimits | null, here: MailLimits): string[] {
  if (!limits) return unknownLimits(here);
  const narrower = narrowerHere(limits, here).map(
    ({ key, before, now }) => `${key}: ${now} (${before} then)`,
  );
  if (narrower.length === 0) return [];
  return [
    `its settings keep less than when it was saved, and new mail removes older: ${narrower.join(', ')}`,
  ];
}

/** What was told, as issues of the tenant. */
export function keptIssues(name: string, told: readonly string[]): Issue[] {
  return told.map(message => ({
    code: 'OTHER_LIMITS',
    severity: 'warning',
    message,
    path: `tenants.${name}`,
  }));
}

function narrowerHere(before: MailLimits, here: MailLimits): Narrower[] {
  return rows.flatMap(({ key, field, render }) => {
    const [old, now] = [before[field], here[field]];
    // 0 is no limit.
    return now > 0 && (old === 0 || now < old) ? { key, before: render(old), now: render(now) } : [];
  });
}

function unknownLimits(here: MailLimits): string[] {
  const set = narrowerHere({ maxMessages: 0, maxAgeMs: 0, maxBytes: 0 }, here);
  if (set.length === 0) return [];
  const keeps = set.map(({ key, now }) => `${key}: ${now}`).join(', ');
  return [`nobody noted which limits it had; here it keeps ${keeps}, and new mail removes what is more`];
}
