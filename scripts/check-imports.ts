/**
 * Holds the code against the floor plan: who may import whom, which packages may be loaded where, no cycles.
 * `import type` counts. usage: node scripts/check-imports.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const root = dirname(import.meta.dirname);

/** room → rooms that it may import. Downwards only; on one floor only what stands here. */
const mayImport: Record<string, readonly string[]> = {
  // ground: pure
  'libs/base': [],
  'libs/spec': ['libs/base', 'libs/passwords'],
  'libs/mail': ['libs/base'],
  'libs/passwords': ['libs/base'],
  // first: pure
  'libs/wire': ['libs/base', 'libs/spec', 'libs/mail'],
  'libs/reconcile': ['libs/base', 'libs/spec', 'libs/wire'],
  'libs/proxy': ['libs/base', 'libs/spec'],
  // second: one door outside each
  'libs/files': [],
  'libs/sockets': ['libs/base', 'libs/spec'],
  'libs/slow-work': ['libs/base', 'libs/mail', 'libs/passwords'],
  'libs/certificates': ['libs/base', 'libs/files', 'libs/slow-work'],
  'libs/logins': ['libs/base', 'libs/files', 'libs/passwords', 'libs/slow-work'],
  'libs/connection': ['libs/base'],
  'libs/proxy-apply': ['libs/base', 'libs/spec', 'libs/proxy'],
  'libs/doctor': ['libs/base', 'libs/spec'],
  'libs/smtp': ['libs/base', 'libs/mail', 'libs/passwords', 'libs/connection'],
  'libs/pop3': ['libs/base', 'libs/passwords', 'libs/connection'],
  'libs/log': ['libs/base', 'libs/spec'],
  'libs/store': ['libs/base', 'libs/mail'],
  'libs/intake': ['libs/base', 'libs/mail', 'libs/slow-work', 'libs/store'],
  'libs/archive': ['libs/base', 'libs/mail', 'libs/store'],
  // third: assemblies
  'libs/inbox-api': [
    'libs/base',
    'libs/mail',
    'libs/wire',
    'libs/store',
    'libs/slow-work',
    'libs/connection',
  ],
  'libs/control-api': ['libs/base', 'libs/spec', 'libs/mail', 'libs/wire', 'libs/reconcile'],
  'libs/tenant': [
    'libs/base',
    'libs/spec',
    'libs/mail',
    'libs/wire',
    'libs/sockets',
    'libs/smtp',
    'libs/pop3',
    'libs/logins',
    'libs/certificates',
    'libs/store',
    'libs/intake',
    'libs/inbox-api',
    'libs/passwords',
  ],
  'libs/shard': [
    'libs/base',
    'libs/spec',
    'libs/wire',
    'libs/sockets',
    'libs/smtp',
    'libs/pop3',
    'libs/logins',
    'libs/slow-work',
    'libs/certificates',
    'libs/store',
    'libs/intake',
    'libs/archive',
    'libs/inbox-api',
    'libs/tenant',
    'libs/log',
  ],
  'libs/controller': [
    'libs/base',
    'libs/spec',
    'libs/mail',
    'libs/wire',
    'libs/reconcile',
    'libs/proxy',
    'libs/proxy-apply',
    'libs/files',
    'libs/sockets',
    'libs/control-api',
  ],
  'libs/ui': ['libs/base', 'libs/wire'],
  'apps/mpctl': [
    'libs/base',
    'libs/spec',
    'libs/mail',
    'libs/passwords',
    'libs/wire',
    'libs/reconcile',
    'libs/proxy',
    'libs/proxy-apply',
    'libs/files',
    'libs/sockets',
    'libs/certificates',
    'libs/doctor',
    'libs/controller',
    'libs/log',
  ],
  'apps/shard': ['libs/base', 'libs/shard'],
  'apps/inbox': ['libs/wire', 'libs/ui'],
  'apps/panel': ['libs/wire', 'libs/ui'],
};

/** file → rooms that it may import beside those of its own room, and why no other file may */
const alsoMayImport: Record<string, readonly string[]> = {
  // One sandbox without a controller; the controller's own process must not reach mail.
  'apps/mpctl/commands/run.ts': ['libs/shard'],
};

/** Floors that do no I/O and read no clock, environment or randomness: of node: only what computes. */
const pureRooms = [
  'libs/base',
  'libs/spec',
  'libs/mail',
  'libs/passwords',
  'libs/wire',
  'libs/reconcile',
  'libs/proxy',
];
const pureBuiltins = new Set([
  'node:buffer',
  'node:util',
  'node:path/posix',
  'node:string_decoder',
  'node:zlib',
  'node:crypto',
]);

/** package → rooms that may load it; what does not stand here may be loaded by any room but the pure ones. */
const packageRooms: Record<string, readonly string[]> = {
  zod: ['libs/spec'],
  yaml: ['libs/spec'],
  'better-sqlite3': ['libs/store'],
  'smtp-server': ['test'],
  'node-forge': ['libs/slow-work'],
  chokidar: ['libs/controller'],
  pino: ['libs/log'],
  'pino-pretty': ['libs/log'],
};
/** Packages that compute only, and so may be used on the pure floors. */
const purePackages = new Set(['zod', 'yaml', 're2js', 'htmlparser2', 'bcryptjs']);

/** What stays in apps/ and scripts/ (and in tests). */
const appOnly = /\bprocess\.(env|argv|exit)\b|\bconsole\./;

type SourceFile = { path: string; text: string };

function* sources(dir: string): Generator<SourceFile> {
  for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield { path, text: readFileSync(join(root, path), 'utf8') };
  }
}

const roomOf = (path: string) => path.split('/').slice(0, 2).join('/');
const isTest = (path: string) => /\.(test|prop\.test)\.tsx?$/.test(path) || path.endsWith('-suite.ts');
const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

const faults: string[] = [];
const graph = new Map<string, string[]>();

for (const { path, text } of [...sources('apps'), ...sources('libs')]) {
  const room = roomOf(path);
  const allowed = mayImport[room];
  if (!allowed) {
    faults.push(`${path}: ${room} is not on the floor plan (scripts/check-imports.ts)`);
    continue;
  }
  if (isTest(path)) continue;
  const edges: string[] = [];
  for (const match of text.matchAll(importPattern)) {
    const target = match[1] ?? match[2] ?? '';
    if (target.startsWith('.')) {
      const to = relative(root, resolve(root, dirname(path), target))
        .split(sep)
        .join('/');
      edges.push(to);
      const toRoom = roomOf(to);
      if (toRoom === room) continue;
      if (!allowed.includes(toRoom) && !alsoMayImport[path]?.includes(toRoom))
        faults.push(`${path}: ${room} may not import ${toRoom}`);
      else if (to.split('/').length > 3 && !isTest(path))
        faults.push(`${path}: ${to} is private to ${toRoom}`);
    } else if (target.startsWith('node:')) {
      if (pureRooms.includes(room) && !pureBuiltins.has(target))
        faults.push(`${path}: ${room} is pure, ${target} is not`);
    } else {
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      const rooms = packageRooms[name];
      if (rooms && !rooms.includes(room)) faults.push(`${path}: only ${rooms.join(', ')} may load ${name}`);
      if (pureRooms.includes(room) && !purePackages.has(name))
        faults.push(`${path}: ${room} is pure, ${name} is not`);
    }
  }
  graph.set(path, edges);
  if (room.startsWith('libs/')) {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const found = appOnly.exec(code);
    if (found) faults.push(`${path}: ${found[0]} belongs in apps/ or scripts/`);
    if (pureRooms.includes(room)) {
      const impure =
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\brandom(Bytes|UUID|Int)\(/.exec(
          code,
        );
      if (impure) faults.push(`${path}: ${room} is pure, ${impure[0]} is not: take it as an argument`);
    }
  }
}

const state = new Map<string, 'open' | 'done'>();
function walk(path: string, trail: readonly string[]): void {
  if (state.get(path) === 'done') return;
  if (state.get(path) === 'open') {
    faults.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`);
    return;
  }
  state.set(path, 'open');
  for (const to of graph.get(path) ?? []) walk(to, [...trail, path]);
  state.set(path, 'done');
}
for (const path of graph.keys()) walk(path, []);

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
