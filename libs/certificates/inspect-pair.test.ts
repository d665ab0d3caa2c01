import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { makeCertificate } from '../slow-work/make-certificate.ts';
import { inspectPair } from './inspect-pair.ts';

const dayMs = 24 * 3600 * 1000;
const nowMs = Date.now();
const one = makeCertificate({ names: ['one.test'], nowMs });
const two = makeCertificate({ names: ['two.test'], nowMs });

test('what cannot be shown is an error, what clients may refuse a warning', () => {
  const locked = createPrivateKey(one.key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  });
  const rows: [certificate: string, key: string, atMs: number, faults: RegExp[]][] = [
    [one.certificate, one.key, nowMs, []],
    [one.certificate + two.certificate, one.key, nowMs, []],
    ['', one.key, nowMs, [/^error certificate holds no certificate/]],
    [one.key, one.key, nowMs, [/^error certificate holds no certificate/]],
    [one.certificate, one.certificate, nowMs, [/^error key holds no private key/]],
    [one.certificate, String(locked), nowMs, [/^error key is locked with a passphrase/]],
    [one.certificate, two.key, nowMs, [/^error key is not the key of that certificate/]],
    [one.certificate, one.key, nowMs - dayMs, [/^warning certificate is not valid before /]],
    [one.certificate, one.key, nowMs + 360 * dayMs, [/^warning certificate expires on /]],
    [one.certificate, one.key, nowMs + 366 * dayMs, [/^warning certificate has expired on /]],
  ];
  for (const [certificate, key, atMs, expected] of rows) {
    const faults = inspectPair(certificate, key, atMs).map(
      ({ severity, of, message }) => `${severity} ${of} ${message}`,
    );
    assert.equal(faults.length, expected.length, faults.join());
    for (const [at, pattern] of expected.entries()) assert.match(faults[at] ?? '', pattern);
  }
});
