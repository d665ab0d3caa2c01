import { BadJson, parseFirstJson } from './go-json.ts';

/** What a field of a body may be, by the name that Go has for it: clients see it when they send something else. */
export type FieldType = 'bool' | 'int' | 'string' | '[]string';

type ValueOf<Type extends FieldType> = Type extends 'bool'
  ? boolean
  : Type extends 'int'
    ? number
    : Type extends 'string'
      ? string
      : string[];

export type Fields = Readonly<Record<string, FieldType>>;
export type Body<Shape extends Fields> = { [Name in keyof Shape]?: ValueOf<Shape[Name]> };

/**
 * Reads a JSON object. Keys match in any case, unknown ones are overlooked, `null` is as good as not there.
 * Throws {@link BadJson}.
 */
export function parseBody<Shape extends Fields>(text: string, shape: Shape): Body<Shape> {
  const value = parseFirstJson(text);
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    const fields = Object.entries(shape).map(([name, type]) => `${name} ${type}`);
    throw new BadJson(
      `json: cannot unmarshal ${kindOf(value)} into Go value of type struct { ${fields.join('; ')} }`,
    );
  }
  const body: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const name = Object.keys(shape).find(known => known.toLowerCase() === key.toLowerCase());
    if (name === undefined || field === null) continue;
    body[name] = readField(field, name, shape[name] as FieldType);
  }
  return body as Body<Shape>;
}

function readField(value: unknown, name: string, type: FieldType): unknown {
  const wrong = (found: unknown, wanted: string) =>
    new BadJson(`json: cannot unmarshal ${kindOf(found)} into Go struct field .${name} of type ${wanted}`);
  if (type !== '[]string') {
    if (kindOf(value) !== { bool: 'bool', int: 'number', string: 'string' }[type]) throw wrong(value, type);
    return value;
  }
  if (!Array.isArray(value)) throw wrong(value, type);
  return value.map(item => {
    if (item === null) return '';
    if (typeof item !== 'string') throw wrong(item, 'string');
    return item;
  });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
