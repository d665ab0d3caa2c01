/** Whatever is written in whichever of six places: the nearest counts, and one tenant's keys are its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';
import type { FleetSpec, TenantSpec } from './tenant-spec.ts';

/** Our key, Mailpit's name, how both are written, and where the value ends up. */
const settings = [
  ['maxMessages', 'MP_MAX_MESSAGES', (n: number) => [`${n}`, `${n}`], (t: TenantSpec) => t.maxMessages, 500],
  [
    'maxMessageSize',
    'MP_MAX_MESSAGE_SIZE',
    (n: number) => [`${n}MiB`, `${n}`],
    (t: TenantSpec) => t.maxMessageSizeBytes / 1024 ** 2,
    50,
  ],
  ['maxAge', 'MP_MAX_AGE', (n: number) => [`${n}h`, `${n}h`], (t: TenantSpec) => t.maxAgeMs / 3_600_000, 0],
  [
    'smtp.maxRecipients',
    'MP_SMTP_MAX_RECIPIENTS',
    (n: number) => [`${n}`, `${n}`],
    (t: TenantSpec) => t.smtp.maxRecipients,
    100,
  ],
] as const;

/** For each setting a number, or nothing. */
const numbers = fc.tuple(
  ...settings.map(() => fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined })),
);
type Numbers = readonly (number | undefined)[];
const place = fc.record({ keys: numbers, mailpit: numbers, env: numbers });
type Place = { keys: Numbers; mailpit: Numbers; env: Numbers };

function bodyOf({ keys, mailpit }: Place, envFile: string): string {
  const own = settings.flatMap(([key, , write], i) => {
    const text = keys[i] === undefined ? null : write(keys[i])[0];
    return text === null
      ? []
      : [key.startsWith('smtp.') ? `smtp: { maxRecipients: ${text} }` : `${key}: ${text}`];
  });
  const names = settings.flatMap(([, name, write], i) =>
    mailpit[i] === undefined ? [] : [`${name}: ${write(mailpit[i])[1]}`],
  );
  return `{ ${[...own, `mailpit: { ${names.join(', ')} }`, `envFile: ${envFile}`].join(', ')} }`;
}

function envOf({ env }: Place): string {
  return settings
    .flatMap(([, name, write], i) => (env[i] === undefined ? [] : [`${name}=${write(env[i])[1]}\n`]))
    .join('');
}

async function fleetOf(defaults: Place, tenants: readonly (readonly [string, Place])[]): Promise<FleetSpec> {
  const stanzas = tenants.map(([name, own]) => `  ${name}: ${bodyOf(own, `${name}.env`)}\n`);
  const files = new Map([
    ['t.yaml', `defaults: ${bodyOf(defaults, 'd.env')}\ntenants:\n${stanzas.join('')}`],
    ['d.env', envOf(defaults)],
    ...tenants.map(([name, own]) => [`${name}.env`, envOf(own)] as const),
  ]);
  const { fleet, issues } = await readFleet({ file: '/t.yaml', io: filesIo('/', files), facts });
  assert.deepEqual(issues, []);
  assert.ok(fleet);
  return fleet;
}

const names = fc.uniqueArray(fc.tuple(fc.constantFrom('a1', 'b1', 'c1'), place), {
  selector: ([name]) => name,
});

test('the nearest of six places counts, for each key by itself', async () => {
  await fc.assert(
    fc.asyncProperty(place, names, async (defaults, tenants) => {
      const fleet = await fleetOf(defaults, tenants);
      for (const [name, own] of tenants) {
        const spec = fleet.tenants.get(name as never);
        assert.ok(spec);
        settings.forEach(([, , , read, builtIn], i) => {
          const places = [own.keys, own.mailpit, own.env, defaults.keys, defaults.mailpit, defaults.env];
          assert.equal(read(spec), places.map(numbers => numbers[i]).find(n => n !== undefined) ?? builtIn);
        });
      }
    }),
    { numRuns: 200 },
  );
});

test('the order of tenants does not matter', async () => {
  await fc.assert(
    fc.asyncProperty(place, names, async (defaults, tenants) => {
      const there = await fleetOf(defaults, tenants);
      const back = await fleetOf(defaults, tenants.toReversed());
      for (const [id, spec] of there.tenants) assert.deepEqual(back.tenants.get(id), spec);
    }),
    { numRuns: 100 },
  );
});
