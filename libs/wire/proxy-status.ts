import type { Issue } from '../base/issue.ts';

/** How it stands with the web server in front, as the daemon saw it last. */
export type ProxyStatus = {
  /**
   * `waiting`: not looked yet · `manual`: the operator applies · `blocked`: an issue stands in the way · `failed`: could not
   * even try · `unchanged` and `applied`: served · `drifted`: somebody edited what stands there · `rolled back`: the
   * former text serves · `not served`: the web server does not serve what stands there.
   */
  readonly state:
    | 'waiting'
    | 'manual'
    | 'blocked'
    | 'failed'
    | 'unchanged'
    | 'applied'
    | 'written'
    | 'drifted'
    | 'rolled back'
    | 'not served';
  /** Of the text that should be served; empty where there is none. */
  readonly hash: string;
  /** Null where the web server does not answer with a text of ours. */
  readonly served: string | null;
  /** What went wrong; empty when nothing did. */
  readonly error: string;
  /** Tenants that are left out, and why. */
  readonly issues: readonly Issue[];
  /** Since it was looked at. */
  readonly ageMs: number;
};
