import { parseTenantId, type TenantId } from '../base/ids.ts';
import { Refusal } from '../base/refusal.ts';
import { SourceText } from '../spec/source-text.ts';
import type { AcceptedFiles } from './accepted-files.ts';
import type { Config } from './config.ts';
import type { TenantFolders } from './tenant-folders.ts';

/**
 * Holds what a start finds against what ran last, as the daemon would have that ran it: then that runs on, and the files
 * wait to be confirmed. What ran last is not known where no daemon has written it down: the folders tell who there was.
 * @throws Refusal CHANGE_HELD when the files look like an accident and what ran last cannot run
 */
export async function holdAtStart(
  config: Config,
  accepted: AcceptedFiles,
  folders: TenantFolders,
  nowMs: number,
): Promise<void> {
  const texts = accepted.read();
  const { sources, fleet } = config.good;
  const isSame =
    texts?.size === sources.size && [...sources].every(([path, { text }]) => texts.get(path) === text);
  if (isSame) return;
  // Who left by a command did so on purpose.
  const counts = (name: TenantId) => fleet.tenants.has(name) || folders.leavingOf(name) === null;
  const names = (texts ? await namesIn(texts) : folders.names()).filter(counts);
  const reason = config.holdAfter({ texts: texts ?? new Map(), tenants: new Set<string>(names) });
  if (reason === '' || (texts && (await config.goBackTo(texts, nowMs)))) return;
  throw new Refusal(
    'CHANGE_HELD',
    `nothing was started, ${config.path} looks like an accident: ${reason}`,
    [],
    '`mpctl serve --confirm` takes it as it is; what is gone lies in the trash then',
  );
}

async function namesIn(texts: ReadonlyMap<string, string>): Promise<TenantId[]> {
  const names: TenantId[] = [];
  for (const [path, text] of texts) {
    for (const { name } of await new SourceText(path, text).stanzas(() => true, unbounded())) {
      const id = parseTenantId(name);
      if (id !== null) names.push(id);
    }
  }
  return names;
}

const unbounded = () => ({ leftBytes: Number.POSITIVE_INFINITY });
