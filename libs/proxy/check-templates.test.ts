import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ProxyServer } from '../spec/proxy-spec.ts';
import { checkTemplates } from './check-templates.ts';
import { dialectOf } from './render-proxy.ts';

const builtIn = (server: ProxyServer, name: string) =>
  readFileSync(`${import.meta.dirname}/../../${server}-templates/${name}`, 'utf8');

/** The issues with one template changed by the operator. */
function check(server: ProxyServer, name: string, change: (text: string) => string) {
  const before = builtIn(server, name);
  const changed = change(before);
  assert.notEqual(changed, before, 'the change found nothing to change');
  return checkTemplates(dialectOf(server), one => (one === name ? changed : builtIn(server, one)));
}

for (const server of ['nginx', 'apache'] as const) {
  test(`the built-in templates of ${server} keep every value in its place`, () => {
    assert.deepEqual(
      checkTemplates(dialectOf(server), name => builtIn(server, name)),
      [],
    );
  });
}

test('a directive more is nobody’s business', () => {
  assert.deepEqual(
    check('nginx', 'settings.conf', text => `${text}  gzip off;\n`),
    [],
  );
});

const refused: [ProxyServer, string, string, string, RegExp][] = [
  // quotes forgotten
  [
    'nginx',
    'tenant.conf',
    '"http://unix:{{text socketPath}}:"',
    'http://unix:{{text socketPath}}:',
    /leave its place/,
  ],
  ['nginx', 'listen.conf', '"{{text certificate}}"', '{{text certificate}}', /leave its place/],
  ['apache', 'tls.conf', '"{{text key}}"', '{{text key}}', /leave its place/],
  // the other kind of quotes
  ['nginx', 'listen.conf', '"{{text key}}"', "'{{text key}}'", /leave its place/],
  // a dot that means any character
  ['nginx', 'wildcard.conf', '{{pattern baseDomain}}', '{{word baseDomain}}', /regular expression/],
  ['nginx', 'wildcard.conf', '{{pattern baseDomain}}', '{{text baseDomain}}', /regular expression/],
  ['apache', 'wildcard.conf', '{{pattern baseDomain}}', '{{word baseDomain}}', /regular expression/],
  // an escape where none belongs
  ['nginx', 'probe.conf', '{{text probeHost}}', '{{pattern probeHost}}', /is no regular expression/],
  // no such hole, no such kind, broken text
  ['nginx', 'tenant.conf', '{{text socketPath}}', '{{text sockedPath}}', /there is no "sockedPath"/],
  ['nginx', 'tenant.conf', '{{text socketPath}}', '{{raw socketPath}}', /must be a kind/],
  ['nginx', 'tenant.conf', 'location / {', 'location /', /unexpected|place/],
  ['apache', 'tenant.conf', '</VirtualHost>', '', /not closed|unexpected/],
];
for (const [server, name, from, to, message] of refused) {
  test(`${server} ${name} with ${to || `no ${from}`} instead of ${from}`, () => {
    const issues = check(server, name, text => text.replace(from, to));
    assert.notEqual(issues.length, 0);
    for (const issue of issues) assert.match(issue.message, message);
  });
}
