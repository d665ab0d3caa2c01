import type { Issue } from '../base/issue.ts';
import type { Dialect } from './dialect.ts';
import type { Directive } from './directive.ts';
import { sampleModels } from './sample-models.ts';
import { type Escapes, parseTemplate, renderTemplate, type TemplateSource } from './template.ts';

/** Stands for a value of each kind; no letter of it means anything anywhere. */
const marks = { word: 'mpctlword', text: 'mpctltext', pattern: 'mpctlpattern' } as const;
/** Leaves every place that does not guard it. */
const hostile = { word: 'a.b-c_d:*', text: `a b;} {"c'\\d # <e> [f] (g|h)`, pattern: 'a.b-c' } as const;

/**
 * What is wrong with templates that the operator may have changed. Each is rendered twice, with a mark in every hole
 * and with a value that leaves every place that does not guard it: both must be the same directives, each value
 * arrived as it was given.
 */
export function checkTemplates(dialect: Dialect, source: TemplateSource): Issue[] {
  const faults = new Map<string, string>();
  for (const { template, data } of sampleModels.flatMap(dialect.documents)) {
    if (faults.has(template)) continue;
    try {
      const parsed = parseTemplate(template, source);
      checkPlaces(dialect, escapes => renderTemplate(parsed, { hash: 'hash', ...data }, escapes));
    } catch (error) {
      faults.set(template, (error as Error).message);
    }
  }
  return [...faults].map(([template, message]) => ({
    code: 'PROXY_TEMPLATE',
    severity: 'error',
    path: 'proxy.templatesDir',
    message: `template ${template}: ${message}`,
  }));
}

function checkPlaces(dialect: Dialect, render: (escapes: Escapes) => string): void {
  const { word, text, pattern } = dialect.escapes;
  const marked = dialect.parseTree(
    render({ word: () => marks.word, text: () => marks.text, pattern: () => marks.pattern }),
  );
  checkPatterns(marked, dialect);
  const filled = render({
    word: () => word(hostile.word),
    text: () => text(hostile.text),
    pattern: () => pattern(hostile.pattern),
  });
  let tree: Directive[];
  try {
    tree = dialect.parseTree(filled);
  } catch (error) {
    throw new Error(`${leaves} (${(error as Error).message})`);
  }
  compare(marked, tree, dialect.escapes);
}

const leaves = 'a value can leave its place: {{text …}} stands between double quotes';

/** A host name in a regular expression is `{{pattern …}}`, and nothing else is. */
function checkPatterns(directives: readonly Directive[], dialect: Dialect): void {
  for (const directive of directives) {
    const patterns = dialect.patternArgs(directive);
    for (const arg of [directive.name, ...directive.args]) {
      const isPattern = patterns.includes(arg);
      if (isPattern ? arg.includes(marks.text) || arg.includes(marks.word) : arg.includes(marks.pattern)) {
        const place = isPattern
          ? 'a regular expression takes {{pattern …}} alone'
          : 'is no regular expression';
        throw new Error(`${show(directive)}: ${place}`);
      }
    }
    checkPatterns(directive.children ?? [], dialect);
  }
}

function compare(marked: readonly Directive[], filled: readonly Directive[], escapes: Escapes): void {
  for (const [index, directive] of marked.entries()) {
    const other = filled[index];
    const expected = [directive.name, ...directive.args].map(arg =>
      arg
        .replaceAll(marks.word, hostile.word)
        .replaceAll(marks.text, () => hostile.text)
        .replaceAll(marks.pattern, escapes.pattern(hostile.pattern)),
    );
    if (!other || !isSame([other.name, ...other.args], expected) || !other.children !== !directive.children) {
      throw new Error(
        `${show(directive)}: a value can leave its place; {{text …}} stands between double quotes`,
      );
    }
    compare(directive.children ?? [], other.children ?? [], escapes);
  }
  if (filled.length > marked.length) throw new Error(leaves);
}

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((word, index) => word === other[index]);

const show = ({ name, args }: Directive) =>
  [name, ...args].join(' ').replace(/mpctl(word|text|pattern)/g, '{{$1 …}}');
