import { MpctlError } from '../base/error.ts';
import { type ApplyOptions, type ApplyResult, applyProxy } from '../proxy-apply/apply-proxy.ts';
import type { ProxyText } from '../proxy-apply/inspect-proxy.ts';
import { makeFolder } from '../proxy-apply/readable-file.ts';
import { proxyPaths } from '../spec/proxy-paths.ts';
import { withFileLock } from './file-lock.ts';

const rights = '`mpctl proxy init` says which rights it takes';
const space = 'make room there: `df` and `df -i` say what is full';
const hints: Readonly<Record<string, string>> = {
  ...{ EACCES: rights, EPERM: rights },
  ...{ ENOSPC: space, EDQUOT: space },
};

/**
 * Applies while nobody else does to the same folder: the daemon and a command never work against each other.
 * @throws MpctlError FILE_LOCKED, PROXY_NOT_WRITABLE, and what {@link applyProxy} throws
 */
export async function applyProxyLocked(text: ProxyText, options: ApplyOptions = {}): Promise<ApplyResult> {
  const { outputDir } = text.spec;
  await makeFolder(outputDir);
  try {
    return await withFileLock(proxyPaths(outputDir).current, () => applyProxy(text, options));
  } catch (cause) {
    if (cause instanceof MpctlError || !(cause as NodeJS.ErrnoException).code) throw cause;
    const message = `cannot write ${outputDir}: ${(cause as Error).message}`;
    const hint = hints[(cause as NodeJS.ErrnoException).code ?? ''];
    throw new MpctlError('PROXY_NOT_WRITABLE', message, { cause, ...(hint ? { hint } : {}) });
  }
}
