/** What is read piece by piece, and what is taken over from the reading before, is what reading the whole gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutText } from './cut.ts';
import { facts, filesIo } from './memory-suite.ts';
import { type FleetReading, readFleet } from './read-fleet.ts';
import { readYaml } from './read-yaml.ts';
import { SourceText } from './source-text.ts';
import { plainOf, type Written } from './written.ts';

const numRuns = process.env.MPCTL_SOAK ? 50_000 : 1500;

/** Whole lines, good ones and such as try to make a piece look like something else. */
const line = fc.constantFrom(
  ...[
    'tenants:',
    'tenants: {}',
    'tenants: # c',
    'defaults:',
    'runDir: /run/x',
    'log: { level: debug }',
    'hostname: h',
  ],
  ...[
    '  a:',
    '  a: {}',
    '  b: {}',
    '  "c":',
    "  'd': {}",
    '  1e3: # c',
    '   e: {}',
    '    f:',
    '  g: { label: g }',
    ' h: {}',
  ],
  ...[
    '    label: x',
    '    label: "x',
    '    y"',
    '    label: |',
    '    label: >-',
    '      text',
    '       more',
    '    label: |+',
  ],
  ...[
    '    maxMessages: 5',
    '  maxMessages: 7',
    '    smtp:',
    '      maxRecipients: 3',
    '    smtp: { maxRecipients: 4',
    '    }',
  ],
  ...[
    '    listeners: { smtp: { bind: ":25" } }',
    '    listeners:',
    '      smtp:',
    '        bind:',
    '          - ":26"',
  ],
  ...[
    '    envFile: e.env',
    '  a: &x { label: x }',
    '  b: *x',
    '    <<: *x',
    '    mailpit: { MP_LABEL: l }',
    '    maxAge:',
  ],
  ...[
    '# c',
    '  # c',
    '      # c',
    '',
    '  ',
    '---',
    '...',
    '%YAML 1.2',
    '\t',
    '  \t# c',
    '  - a',
    '- a',
    '? a',
    ': b',
    '  i: {',
    '  }',
  ],
  ...[
    '  j: "{',
    '  }"',
    "    label: 'it",
    "  k: {}'",
    '  l: [a,',
    '  b: {}]',
    '  m: {}#c',
    '  n:{}',
    '  o : {}',
    'tenants:',
    '{',
    '}',
  ],
);

const ending = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r');
const messyText = fc
  .tuple(
    fc.constantFrom('', '\uFEFF'),
    fc.constantFrom('tenants:', 'tenants:', 'tenants: {}', '# c'),
    fc.array(line, { maxLength: 14 }),
    ending,
    fc.boolean(),
  )
  .map(([mark, head, lines, end, closed]) => mark + [head, ...lines].join(end) + (closed ? end : ''));

const stanza = fc.constantFrom(
  ...[
    '{}',
    '',
    '# c',
    '{ label: x }',
    '\n    label: x\n',
    '\n    maxMessages: 5\n    # c\n\n',
    '\n    envFile: e.env',
  ],
  ...[
    '\n    label: |\n      two\n      lines\n',
    '\n    listeners: { smtp: { mode: 600 } }',
    '{ user: bob, smtp: {} }',
  ],
  ...['\n    listeners:\n      http: { bind: "unix:/s" }', '{ listeners: { http: { bind: ":8025" } } }'],
);
const goodText = fc
  .tuple(
    fc.subarray(['runDir: /run/x', 'defaults: { maxMessages: 9 }', 'log: { level: warn }', '# c', '']),
    fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-f]{1,2}$/), stanza), {
      selector: ([name]) => name,
      maxLength: 12,
    }),
    fc.subarray(['hostname: h', 'metrics: { listen: ":9" }', '# end']),
  )
  .map(([head, tenants, tail]) => {
    const stanzas = tenants.map(([name, body]) => `  ${name}: ${body}`);
    return [...head, 'tenants:', ...stanzas, ...tail, ''].join('\n');
  });

/** Some of the lines replaced, taken out or doubled. */
const edits = fc.array(fc.tuple(fc.nat(), fc.oneof(line, fc.constant(null))), { maxLength: 3 });
function edited(text: string, changes: readonly (readonly [number, string | null])[]): string {
  const lines = text.split('\n');
  for (const [at, change] of changes)
    lines.splice(at % lines.length, at % 2, ...(change === null ? [] : [change]));
  return lines.join('\n');
}

async function read(text: string, envText: string, previous: FleetReading | null = null) {
  const files = new Map([
    ['t.yaml', text],
    ['e.env', envText],
  ]);
  return readFleet({ file: '/etc/t.yaml', io: filesIo('/etc', files), facts, previous });
}

const plain = ({ fleet, issues }: FleetReading) => ({
  issues,
  fleet: fleet && { ...fleet, tenants: [...fleet.tenants] },
});
test('reading the pieces is reading the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(messyText, goodText), async text => {
      fc.pre(cutText(text) !== null);
      const source = new SourceText('t.yaml', text);
      const budget = { leftBytes: Number.POSITIVE_INFINITY };
      const sections = await source.sections(budget);
      const stanzas = await source.stanzas(() => false, budget);
      const { root, faults } = readYaml(text);
      assert.equal(source.faults.length > 0, faults.length > 0);
      if (faults.length > 0) return;
      const entries = root.kind === 'map' ? root.entries : [];
      const tenants = entries.find(entry => entry.key === 'tenants')?.value;
      assert.deepEqual(
        sections.map(({ key, keyAt, value }) => [key, keyAt, plainOf(value)]),
        entries.flatMap(({ key, keyAt, value }) => (key === 'tenants' ? [] : [[key, keyAt, emptied(value)]])),
      );
      assert.deepEqual(
        stanzas.map(({ name, keyAt, body }) => [name, keyAt, body && plainOf(body)]),
        (tenants?.kind === 'map' ? tenants.entries : []).map(({ key, keyAt, value }) => [
          key,
          keyAt,
          emptied(value),
        ]),
      );
    }),
    { numRuns },
  );
});

/** An empty map counts as nothing. */
function emptied(value: Written): unknown {
  return value.kind === 'map' && value.entries.length === 0 ? null : plainOf(value);
}

test('what is taken over from the reading before is what reading anew gives', async () => {
  await fc.assert(
    fc.asyncProperty(goodText, edits, fc.constantFrom('', 'MP_LABEL=x'), async (text, changes, envText) => {
      const before = await read(text, '');
      fc.pre(before.fleet !== null);
      const after = edited(text, changes);
      assert.deepEqual(plain(await read(after, envText, before)), plain(await read(after, envText)));
    }),
    { numRuns },
  );
});

test('an unchanged tenant keeps the very same spec', async () => {
  const before = await read('tenants:\n  a: { label: x }\n  b: {}\n  c: { envFile: e.env }\n', '');
  const after = await read(
    '# new\nlog: {}\ntenants:\n  n: {}\n  b: {}\n  a: { label: x }\n  c: { envFile: e.env }\n',
    'X=1',
    before,
  );
  const spec = (reading: FleetReading, name: string) => reading.fleet?.tenants.get(name as never);
  assert.equal(spec(after, 'a'), spec(before, 'a'));
  assert.equal(spec(after, 'b'), spec(before, 'b'));
  assert.notEqual(spec(after, 'c'), spec(before, 'c'));
});

test('a file that did not change is not parsed again, in whatever style it is', async () => {
  const files = new Map([
    ['t.yaml', 'include: d/*.yaml\ntenants:\n  a: {}\n'],
    ['d/flow.yaml', '{ tenants: { flow: { label: x } } }'],
    ['d/alias.yaml', 'tenants:\n  one: &x { label: x }\n  two: *x\n'],
  ]);
  const request = { file: '/etc/t.yaml', io: filesIo('/etc', files), facts };
  const before = await readFleet(request);
  files.set('t.yaml', 'include: d/*.yaml\ntenants:\n  a: {}\n  b: {}\n');
  const after = await readFleet({ ...request, previous: before, maxYamlBytes: 0 });
  assert.deepEqual([...(after.fleet?.tenants.keys() ?? [])], ['a', 'b', 'one', 'two', 'flow']);
});

test('refuses to parse more than it is asked to', async () => {
  const io = filesIo('/', new Map([['t.yaml', `tenants:\n  a:\n    label: ${'x'.repeat(100)}\n`]]));
  await assert.rejects(readFleet({ file: '/t.yaml', io, facts, maxYamlBytes: 99 }), {
    code: 'SPEC_TOO_LARGE',
  });
  assert.ok((await readFleet({ file: '/t.yaml', io, facts, maxYamlBytes: 200 })).fleet);
});
