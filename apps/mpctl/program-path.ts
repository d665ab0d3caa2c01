import { resolvePath } from '../../libs/spec/paths.ts';

/** Where mpctl was started from, absolute: what other programs can call it by. */
export function programPath(): string {
  return resolvePath(process.cwd(), process.env.MPCTL_ARGV0 ?? process.argv[1] ?? 'mpctl');
}
