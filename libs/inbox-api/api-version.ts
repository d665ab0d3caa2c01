import { version } from '../base/version.ts';

/** What programs that ask for the API's version are told: the reference's, and ours behind it. */
export const apiVersion = `v1.30.5+mpctl.${version}`;
