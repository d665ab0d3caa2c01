import { dirname } from 'node:path';

/** Where mpctl is installed: its templates are there. */
export function programRoot(): string {
  return dirname(dirname(process.argv[1] ?? ''));
}
