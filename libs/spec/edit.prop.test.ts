/** Any edit of any file does what it says, and every byte that it does not name stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isMap, isScalar, type Node, type Pair, parseDocument } from 'yaml';
import { editTenants } from './edit.ts';
import { readYaml } from './read-yaml.ts';
import type { TenantEdit } from './tenant-edit.ts';
import { plainOf } from './written.ts';

const numRuns = process.env.MPCTL_SOAK ? 50_000 : 2000;

type Plain = Record<string, unknown>;
const keys = [
  'label',
  'maxMessages',
  'smtp.maxRecipients',
  'listeners.smtp.bind',
  'listeners.smtp.mode',
  'user',
];
const values = [
  '500',
  'two words',
  'a: b',
  '[":25", "unix:/s:660"]',
  '',
  'x # y',
  '0660',
  '- x',
  'null',
  'ünï"q"',
  '[no list',
  '{}',
];
const names = ['a', 'b', 'c', '1e3', 'project-d'];

/** The lines of a tenant's body, each with the indentation that it needs within it. */
const blockBody = fc.subarray([
  ['label: A label # with a comment'],
  ['maxMessages:   5'],
  ['# a comment'],
  ['smtp:', '  maxRecipients: 3', '  # within'],
  ['listeners:', '  smtp:', '    bind:', '      - ":25"   # one', '      - ":26"'],
  ['listeners: { smtp: { bind: ":27", mode: 600 }, http: {} }'],
  ['user: |', '  bob', '', '  and', '# less'],
  ['label: "double', '  quoted"'],
  ['smtp: # nothing yet'],
  ['maxAge:'],
  ['smtp: {}   # empty'],
  ['listeners:', '  http:', '    mode: 0600', '  intern: {', '    protocol: smtp,', '    mode: "660" , }'],
  ['', '# end of it', ''],
]);
const flowBody = fc.constantFrom(
  '{}',
  '{ }',
  '{ label: x }',
  '{label: x,maxMessages: 5}',
  '{ smtp: { maxRecipients: 1 }, }',
  '{smtp}',
  '{ user: }',
);

type Style = { indent: number; lineBreak: string; mark: string; close: boolean };
const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.constantFrom(2, 2, 4, 1),
  lineBreak: fc.constantFrom('\n', '\n', '\r\n'),
  mark: fc.constantFrom('', '', '\uFEFF', '---\n', '# top\n\n'),
  close: fc.boolean(),
});

const blockStanza = fc.tuple(
  fc.constantFrom('{}', '{} # c', '', '# c', '~'),
  fc.option(blockBody),
  fc.option(flowBody),
);
const blockFile = fc
  .tuple(
    style,
    fc.subarray([
      'runDir: /run/x',
      'defaults:\n  maxMessages: 5 # all',
      '# comment',
      '',
      'shared: &x { label: x }',
    ]),
    fc.constantFrom('tenants:', 'tenants:   # here'),
    fc.subarray(names),
    fc.array(blockStanza, { minLength: 5, maxLength: 5 }),
    fc.constantFrom(
      (name: string) => name,
      (name: string) => `"${name}"`,
      (name: string) => `${name} `,
    ),
    fc.subarray(['# after', '', 'log: { level: debug }', '  # indented', 'x: *x']),
  )
  .map(([{ indent, lineBreak, mark, close }, before, head, chosen, stanzas, spell, after]) => {
    const pad = ' '.repeat(indent);
    const blocks = chosen.flatMap((name, i) => {
      const [empty = '', block, flow] = stanzas[i] ?? ['{}', null, null];
      if (flow !== null) return [`${pad}${spell(name)}: ${flow}`];
      if (block === null || block.length === 0)
        return [`${pad}${spell(name)}: ${empty}`, `${pad}# about the next`];
      return [`${pad}${spell(name)}:`, ...block.flat().map(line => (line === '' ? '' : pad + pad + line))];
    });
    const text = [mark + before.join('\n'), head, ...blocks, ...after].join('\n') + (close ? '\n' : '');
    return text.replaceAll('\n', lineBreak);
  });

const flowFile = fc
  .tuple(
    style,
    fc.subarray(names),
    fc.array(flowBody, { minLength: 5, maxLength: 5 }),
    fc.constantFrom('{ ', '{', '{\n  ', '{ # c\n '),
    fc.boolean(),
  )
  .map(([{ lineBreak, mark, close }, chosen, bodies, open, all]) => {
    const items = chosen.map((name, i) => `${name}: ${bodies[i]}`).join(open.includes('\n') ? ',\n  ' : ', ');
    const map = `${open}${items}${open.includes('\n') ? '\n  }' : ' }'}`;
    const text = `${mark}${all ? `{ runDir: /x, tenants: ${map} }` : `tenants: ${map} # end\nlog: {}`}${close ? '\n' : ''}`;
    return text.replaceAll('\n', lineBreak);
  });

const emptyFile = fc.constantFrom(
  '',
  '\uFEFF',
  '\n',
  '# c',
  '# c\r\n',
  '---\n',
  '---',
  'runDir: /x',
  'runDir: /x\r\n',
  'tenants:',
  'tenants: {}',
  'tenants: { } # c\nlog: {}\n',
  'tenants: null',
  '{}',
  '{ runDir: /x }',
);

const setting = fc.record({ key: fc.constantFrom(...keys), value: fc.constantFrom(...values) });
const settings = fc.uniqueArray(setting, { selector: ({ key }) => key, maxLength: 3 });
const edit: fc.Arbitrary<TenantEdit> = fc
  .tuple(
    fc.constantFrom('add', 'set', 'rename', 'remove'),
    fc.constantFrom(...names),
    settings,
    fc.subarray(keys),
    fc.constantFrom('new', ...names),
  )
  .map(([verb, name, set, unset, to]) => {
    if (verb === 'add') return { verb, name: to, set };
    if (verb === 'set')
      return { verb, name, set, unset: unset.filter(key => !set.some(each => each.key === key)) };
    return verb === 'rename' ? { verb, name, to } : { verb: 'remove', name };
  });

test('an edit does what it says and keeps every other byte', async () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(fc.oneof(blockFile, blockFile, flowFile, emptyFile), edit, async (text, change) => {
      const before = readYaml(text);
      fc.pre(before.faults.length === 0);
      const tenants = tenantsIn(text);
      const result = await editTenants(text, change);
      count('fault' in result ? result.fault : change.verb);
      if ('fault' in result) {
        const isThere = Object.hasOwn(tenants, change.name);
        if (result.fault === 'TENANT_NOT_FOUND') assert.ok(!isThere && change.verb !== 'add');
        if (result.fault === 'TENANT_EXISTS') assert.ok(change.verb === 'add' || change.verb === 'rename');
        assert.notEqual(result.fault, 'BAD_REQUEST');
        return;
      }
      assert.deepEqual(filled(tenantsIn(result.text)), filled(expectedOf(tenants, change)));
      assert.deepEqual(emptied(othersIn(result.text)), emptied(othersIn(text)));
      assertKept(text, result.text, change);
    }),
    { numRuns },
  );
  for (const verb of ['add', 'set', 'rename', 'remove'])
    assert.ok((seen.get(verb) ?? 0) > numRuns / 100, verb);
  assert.ok((seen.get('FILE_NOT_EDITABLE') ?? 0) < numRuns / 20);
});

function tenantsIn(text: string): Plain {
  return ((plainOf(readYaml(text).root) as Plain | null)?.tenants ?? {}) as Plain;
}

function othersIn(text: string): unknown {
  const { tenants: _, ...others } = (plainOf(readYaml(text).root) ?? {}) as Plain;
  return others;
}

function expectedOf(tenants: Plain, change: TenantEdit): Plain {
  const after = structuredClone(tenants);
  const { [change.name]: own, ...others } = after;
  if (change.verb === 'remove') return others;
  if (change.verb === 'rename') return { ...others, [change.to]: own };
  const root = (own ?? {}) as Plain;
  for (const key of change.verb === 'set' ? change.unset : []) {
    const path = key.split('.');
    let map: Plain | null | undefined = root;
    for (const step of path.slice(0, -1)) map = map?.[step] as Plain | null | undefined;
    if (map) delete map[path.at(-1) ?? ''];
  }
  for (const { key, value } of change.set) {
    const path = key.split('.');
    let map = root;
    for (const step of path.slice(0, -1)) {
      map[step] ??= {};
      map = map[step] as Plain;
    }
    map[path.at(-1) ?? ''] = value === values[3] ? [':25', 'unix:/s:660'] : value === '{}' ? {} : value;
  }
  return { ...others, [change.name]: root };
}

function assertKept(before: string, after: string, change: TenantEdit): void {
  const changed = `${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  if (change.verb === 'add') {
    // All of it is there still, around the new tenant; only a `{}` may have given way.
    const texts = [before, before.replace(/(tenants:) *(\{ *\}|null)/, '$1'), before.replace(/\{ *\}/, '{}')];
    assert.ok(
      texts.some(text => commonStart(text, after) + commonEnd(text, after) >= text.length),
      changed,
    );
    return;
  }
  const [from, to] = stanzaOf(before, change.name);
  assert.equal(after.slice(0, from), before.slice(0, from), changed);
  assert.ok(after.endsWith(before.slice(to)) && after.length >= from + before.length - to, changed);
  if (change.verb !== 'set') return;
  // A comment goes only with the value that it stands in.
  const comments = before.match(/# [a-z ]+/g) ?? [];
  const lost = comments.filter(comment => !after.includes(comment));
  assert.deepEqual(
    lost.filter(comment => !['# with a comment', '# within', '# one'].includes(comment)),
    [],
    changed,
  );
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function commonEnd(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}

/** What an edit may touch: the lines of its tenant; in a flow map also what parts it from the one before. */
function stanzaOf(text: string, name: string): [from: number, to: number] {
  const root = parseDocument(text, { schema: 'failsafe', uniqueKeys: false }).contents;
  const indexOf = (map: unknown, key: string) =>
    isMap(map) ? map.items.findIndex(pair => isScalar(pair.key) && pair.key.value === key) : -1;
  const tenants = isMap(root) ? root.items[indexOf(root, 'tenants')]?.value : null;
  assert.ok(isMap(tenants));
  const at = indexOf(tenants, name);
  const [pair, before] = [tenants.items[at], tenants.items[at - 1]];
  const start = (pair?.key as Node | undefined)?.range?.[0] ?? 0;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', endOf(pair) - 1);
  const end = newline === -1 ? text.length : newline + 1;
  // The comments below a tenant that are indented like its keys are its own, as are the spaces up to the next one.
  const rest = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*\s*/.exec(`${text.slice(end)}\n`);
  const to = Math.min(text.length, end + (rest?.[0].length ?? 0));
  return [tenants.flow && before ? Math.min(from, endOf(before)) : from, to];
}

function endOf(pair: Pair | undefined): number {
  return Math.max((pair?.value as Node | null)?.range?.[1] ?? 0, (pair?.key as Node | null)?.range?.[1] ?? 0);
}

/** Tenants without keys that have nothing in them. */
function filled(tenants: Plain): unknown {
  const tidied = (plain: unknown): unknown => {
    if (Array.isArray(plain) || typeof plain !== 'object' || plain === null) return plain;
    const entries = Object.entries(plain).map(([key, value]) => [key, tidied(value)] as const);
    const left = entries.filter(([, value]) => value !== null);
    return left.length === 0 ? null : Object.fromEntries(left);
  };
  return Object.fromEntries(Object.entries(tenants).map(([name, tenant]) => [name, tidied(tenant)]));
}

/** A map with nothing in it is as good as none. */
function emptied(plain: unknown): unknown {
  if (Array.isArray(plain) || typeof plain !== 'object' || plain === null) return plain;
  const entries = Object.entries(plain).map(([key, value]) => [key, emptied(value)]);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
