import type { Option } from './command.ts';

/** Of commands that change something. */
export const dryRun: Option = {
  name: 'dry-run',
  short: 'n',
  summary: 'show what would be written and done, and do nothing',
};
