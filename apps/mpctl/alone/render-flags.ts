import { mailpitKey, mailpitNames } from '../../../libs/spec/mailpit-names.ts';
import { renderTable } from '../print.ts';
import { processSettings } from './read-alone.ts';

/** The flags of `run` with the variables that say the same, a line each; without those whose feature is not here. */
export function renderFlags(): string {
  const rows = Object.entries(mailpitNames)
    .filter(([name]) => processSettings.has(name) || mailpitKey(name) !== null)
    .map(([name, flags]) => ['', flags.join(', ') || '-', name]);
  const [first = [], ...rest] = [...rows, ['', '--data-dir', 'MPCTL_DATA_DIR']];
  return `Flags, and the variables that say the same:\n\n${renderTable(first, rest)}`;
}
