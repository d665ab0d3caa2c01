/**
 * Text with named holes. There is no raw hole and no code: a hole says what kind of place it stands in, and its value
 * is written so that it cannot leave that place.
 *
 *     {{word name}}      a bare word: letters, digits and . _ : * [ ] -
 *     {{text name}}      between double quotes: anything
 *     {{pattern name}}   a host name or a plain path as part of a regular expression
 *     {{#name}}…{{/name}}   once for each item of a list, or once where the value is there
 *     {{^name}}…{{/name}}   where it is not there
 *     {{> name}}         another template, in this place
 *     {{! … }}           a word to who reads the template
 *
 * `.` names the item of a list of plain values. A line that holds nothing but a section's tag leaves no line behind.
 */
import { MpctlError } from '../base/error.ts';

export type HoleKind = 'word' | 'text' | 'pattern';
export type TemplateValue = string | number | boolean | null | TemplateData | readonly TemplateValue[];
export type TemplateData = { readonly [name: string]: TemplateValue };

/** How a web server writes a value in a place of each kind; throws where it cannot be written. */
export type Escapes = Readonly<Record<HoleKind, (value: string) => string>>;

type Hole = { readonly kind: HoleKind; readonly name: string; readonly line: number };
type Section = {
  readonly name: string;
  readonly inverted: boolean;
  readonly parts: readonly Part[];
  readonly line: number;
};
type Part = string | Hole | Section;

export type Template = { readonly name: string; readonly parts: readonly Part[] };

/** A template's text by its name, e.g. `wildcard.conf`. */
export type TemplateSource = (name: string) => string | undefined;

const tagPattern = /\{\{(?:!([\s\S]*?)|([#^/>])?\s*([^{}]*?)\s*)\}\}/g;
/** A whole line of section, partial or comment. */
const standalonePattern = /^[ \t]*(\{\{(?:!(?:(?!\}\})[\s\S])*|[#^/>][^{}]*)\}\})[ \t]*\n/gm;

/** Reads a template and what it takes in; throws `PROXY_TEMPLATE` with its name and line. */
export function parseTemplate(
  name: string,
  source: TemplateSource,
  within: readonly string[] = [],
): Template {
  const raw = source(name);
  if (raw === undefined) throw new MpctlError('PROXY_TEMPLATE', `there is no template "${name}"`);
  if (within.includes(name)) throw new MpctlError('PROXY_TEMPLATE', `template "${name}" takes itself in`);
  // The tag's own line break goes, and is remembered inside of the tag so that lines are still counted right.
  const text = raw.replace(standalonePattern, (_, tag: string) => `${tag.slice(0, -2)}\n}}`);

  const root: Part[] = [];
  const open: { name: string; inverted: boolean; line: number; parts: Part[] }[] = [];
  const parts = () => open.at(-1)?.parts ?? root;
  let at = 0;
  let line = 1;
  const fault = (message: string) => new MpctlError('PROXY_TEMPLATE', `${name}:${line}: ${message}`);

  for (const match of text.matchAll(tagPattern)) {
    const before = text.slice(at, match.index);
    if (before !== '') parts().push(before);
    line += newlines(before);
    at = match.index + match[0].length;
    const [, comment, sign, content = ''] = match;
    if (comment === undefined) {
      if (sign === '#' || sign === '^') {
        open.push({ name: content, inverted: sign === '^', line, parts: [] });
      } else if (sign === '/') {
        const section = open.pop();
        if (section?.name !== content) throw fault(`{{/${content}}} closes nothing`);
        parts().push(section);
      } else if (sign === '>') {
        parts().push(...parseTemplate(content, source, [...within, name]).parts);
      } else {
        parts().push(parseHole(content, line, fault));
      }
    }
    line += newlines(match[0]);
  }
  const rest = text.slice(at);
  const stray = rest.search(/\{\{|\}\}/);
  if (stray >= 0) {
    line += newlines(rest.slice(0, stray));
    throw fault(`${rest.slice(stray, stray + 2)} is half a hole`);
  }
  if (open.length > 0) throw fault(`{{#${open.at(-1)?.name}}} is not closed`);
  root.push(rest);
  return { name, parts: root };
}

const holeKinds: readonly string[] = ['word', 'text', 'pattern'] satisfies readonly HoleKind[];

function parseHole(content: string, line: number, fault: (message: string) => MpctlError): Hole {
  const [kind = '', name = '', ...more] = content.split(/\s+/);
  if (name === '' || more.length > 0 || !holeKinds.includes(kind)) {
    throw fault(`{{${content}}} must be a kind (${holeKinds.join(', ')}) and a name`);
  }
  return { kind: kind as HoleKind, name, line };
}

const newlines = (text: string) => text.split('\n').length - 1;

/** Fills the holes; throws `PROXY_TEMPLATE` where there is no such value or it cannot be written in its place. */
export function renderTemplate(template: Template, data: TemplateData, escapes: Escapes): string {
  return renderParts(template.parts, [data]);

  function renderParts(parts: readonly Part[], scopes: readonly TemplateValue[]): string {
    let text = '';
    for (const part of parts) {
      if (typeof part === 'string') text += part;
      else if ('kind' in part) text += renderHole(part, scopes);
      else text += renderSection(part, scopes);
    }
    return text;
  }

  function renderHole(hole: Hole, scopes: readonly TemplateValue[]): string {
    const value = lookUp(hole.name, hole.line, scopes);
    if (typeof value !== 'string' && typeof value !== 'number')
      throw fault(hole.line, `"${hole.name}" is no text`);
    try {
      return escapes[hole.kind](String(value));
    } catch (cause) {
      throw fault(hole.line, `"${hole.name}": ${(cause as Error).message}`, cause);
    }
  }

  function renderSection(section: Section, scopes: readonly TemplateValue[]): string {
    const value = lookUp(section.name, section.line, scopes);
    const items = Array.isArray(value) ? value : value === null || value === false ? [] : [value];
    if (section.inverted) return items.length === 0 ? renderParts(section.parts, scopes) : '';
    return items.map(item => renderParts(section.parts, [...scopes, item])).join('');
  }

  /** The innermost value of that name. */
  function lookUp(name: string, line: number, scopes: readonly TemplateValue[]): TemplateValue {
    if (name === '.') return scopes.at(-1) ?? null;
    for (const scope of scopes.toReversed()) {
      if (scope !== null && typeof scope === 'object' && !Array.isArray(scope)) {
        const value = (scope as TemplateData)[name];
        if (value !== undefined) return value;
      }
    }
    throw fault(line, `there is no "${name}"`);
  }

  function fault(line: number, message: string, cause?: unknown): MpctlError {
    return new MpctlError('PROXY_TEMPLATE', `${template.name}:${line}: ${message}`, { cause });
  }
}
