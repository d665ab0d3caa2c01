/** What is made from the schema of tenants.yaml. */
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import type { KeyMeta, KeyRow } from '../libs/spec/key.ts';
import { fileSchema, listenerSchema, settingsSchema, tenantSchema } from '../libs/spec/schema.ts';
import { schemaKeys } from '../libs/spec/schema-keys.ts';

/** libs/spec/key-table.ts: what is known of each key without its words, so that few must load the schema. */
export async function renderKeyTable(): Promise<string> {
  const text = `/** Made from schema.ts by \`npm run gen\`: the keys with what they cost to change and their defaults. */
import type { KeyRow } from './key.ts';

${keyTable('settingsKeys', 'Beside `tenants` and `defaults`.', settingsSchema.omit({ defaults: true }))}
${keyTable('tenantKeys', 'Of a tenant and of `defaults`; its listeners apart.', tenantSchema.unwrap().omit({ listeners: true }))}
${keyTable('listenerKeys', 'Of a listener.', listenerSchema)}`;
  const root = dirname(import.meta.dirname);
  const { stdout } = await execa(
    join(root, 'node_modules/.bin/biome'),
    ['format', '--stdin-file-path=t.ts'],
    {
      cwd: root,
      input: text,
      stripFinalNewline: false,
    },
  );
  return stdout;
}

function keyTable(name: string, comment: string, schema: z.ZodType): string {
  const rows = [...schemaKeys(schema)].map(({ path, meta }): KeyRow => {
    return { key: path.join('.'), field: meta.field, apply: meta.apply, value: meta.value };
  });
  const lines = rows.map(row => `  ${JSON.stringify(row)},\n`).join('');
  return `/** ${comment} */\nexport const ${name}: readonly KeyRow[] = [\n${lines}];\n`;
}

/** tenants.schema.json, with which editors complete and check a tenants file. */
export async function renderJsonSchema(): Promise<string> {
  const schema = z.toJSONSchema(fileSchema, {
    io: 'input',
    reused: 'ref',
    override({ zodSchema, jsonSchema }) {
      const meta = z.globalRegistry.get(zodSchema) as KeyMeta | undefined;
      if (!meta) return;
      for (const keyword of Object.keys(jsonSchema)) delete jsonSchema[keyword as keyof typeof jsonSchema];
      Object.assign(jsonSchema, meta.json, { description: describe(meta) });
    },
  });
  const text = JSON.stringify({ title: 'tenants.yaml of mpctl', ...schema }, null, 2);
  return `${text.replaceAll('__schema0', 'tenant')}\n`;
}

function describe({ description, unit, example, apply, otherwise, default: fixed }: KeyMeta): string {
  const lines = [
    description,
    unit && `Unit: ${unit}`,
    `Default: ${otherwise ?? (fixed || 'none')}`,
    `Example: ${example}`,
    `A change costs: ${apply}`,
  ];
  return lines.filter(Boolean).join('\n');
}
