/**
 * Bad files and what is said about them: each case of test/golden/spec holds its files and the issues. The first file is
 * the main one. `UPDATE=1` writes the issues anew.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderIssue } from '../base/issue.ts';
import { facts, filesIo } from './memory-suite.ts';
import { readFleet } from './read-fleet.ts';

const dir = join(import.meta.dirname, '../../test/golden/spec');
const parts = (text: string) =>
  new Map(
    text
      .split(/^=== /m)
      .slice(1)
      .map(part => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1)] as const;
      }),
  );

for (const name of readdirSync(dir).filter(each => each.endsWith('.case'))) {
  test(name, async () => {
    const path = join(dir, name);
    const text = readFileSync(path, 'utf8');
    const files = parts(text);
    const expected = files.get('issues') ?? '';
    files.delete('issues');
    const [main = ''] = files.keys();
    const { issues } = await readFleet({
      file: `/etc/mpctl/${main}`,
      io: filesIo('/etc/mpctl', files),
      facts,
    });
    const actual = issues.map(issue => `${renderIssue(issue).replaceAll('/etc/mpctl/', '')}\n`).join('');
    if (process.env.UPDATE === '1') {
      writeFileSync(path, `${text.slice(0, text.indexOf('=== issues\n'))}=== issues\n${actual}`);
    } else {
      assert.notEqual(actual, '', 'a bad file must have an issue');
      assert.equal(actual, expected);
    }
  });
}
