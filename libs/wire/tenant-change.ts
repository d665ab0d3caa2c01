import type { Setting } from './control-http.ts';

/** What may be done to a tenant of the file, as data: the same with a controller and without one. */
export type TenantChange =
  | { readonly verb: 'add'; readonly name: string; readonly set: readonly Setting[] }
  | {
      readonly verb: 'set';
      readonly name: string;
      readonly set: readonly Setting[];
      readonly unset: readonly string[];
    }
  | { readonly verb: 'rename'; readonly name: string; readonly to: string }
  | { readonly verb: 'suspend' | 'resume' | 'remove'; readonly name: string };
