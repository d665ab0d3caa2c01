/** The two ways in which Mailpit's settings say which mail gets which tags. */
import type { Issue } from '../base/issue.ts';
import { type Finding, issueOf } from './finding.ts';
import { SourceText } from './source-text.ts';
import type { TagFilterSpec } from './tags-spec.ts';
import { find, type Written } from './written.ts';

/** `tag1,tag2=match "My tag"="some text"`; null: the text is something else. Matches are in lower case. */
export function parseTagItems(text: string): readonly TagFilterSpec[] | null {
  const filters: TagFilterSpec[] = [];
  for (const item of wordsOf(text)) {
    const equals = item.indexOf('=');
    const filter = { match: item.slice(equals + 1).toLowerCase(), tags: tagsOf(item.slice(0, equals)) };
    if (equals < 0 || filter.match === '' || filter.tags.length === 0) return null;
    filters.push(filter);
  }
  return filters;
}

/** A tags file: `filters:` with a list of `{match, tags: "a,b"}`. Unknown keys are somebody else's. */
export async function parseTagFile(
  path: string,
  text: string,
): Promise<{ readonly value: readonly TagFilterSpec[]; readonly issues: readonly Issue[] }> {
  const { readYaml } = await import('./read-yaml.ts');
  const { root, faults } = readYaml(text);
  const { places } = new SourceText(path, text);
  const issues = faults.map(({ message, at }): Issue => {
    return { code: 'SPEC_SYNTAX', severity: 'error', message, path: '', file: path, ...places(at) };
  });
  if (issues.length > 0) return { value: [], issues };
  const list = find(root, ['filters']);
  const items = list?.kind === 'list' ? list.items : [];
  const findings = list?.kind === 'list' ? [] : [fault('must have a list', ['filters'])];
  const value = items.flatMap((item, index) => {
    const [match, tags] = [textAt(item, 'match'), tagsOf(textAt(item, 'tags'))];
    if (match !== '' && tags.length > 0) return [{ match, tags }];
    findings.push(fault('must have a match and tags, with commas between them', ['filters', index]));
    return [];
  });
  const looked = { file: path, written: root, prefix: [], places };
  return { value, issues: findings.map(finding => issueOf(finding, looked)) };
}

function fault(message: string, path: Finding['path']): Finding {
  return { code: 'SPEC_BAD_VALUE', message, path, at: 'value' };
}

function textAt(item: Written, key: string): string {
  const value = find(item, [key]);
  return value?.kind === 'text' ? value.text.trim() : '';
}

/** Quotes hold blanks together, wherever they stand. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [];
  return words.map(word => word.replaceAll('"', ''));
}

function tagsOf(text: string): string[] {
  return text
    .split(',')
    .map(tag => tag.trim())
    .filter(tag => tag !== '');
}
