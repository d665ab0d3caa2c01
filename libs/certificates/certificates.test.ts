import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Logger } from '../base/log.ts';
import { silentLogger } from '../base/log.ts';
import { makeCertificate } from '../slow-work/make-certificate.ts';
import { createSlowWork } from '../slow-work/slow-work.ts';
import { createCertificates } from './certificates.ts';

const nowMs = Date.now();

test('a made certificate carries its names', () => {
  const { certificate } = makeCertificate({
    names: ['mail.example', 'b.example', '::1', '127.0.0.1'],
    nowMs,
  });
  const parsed = new X509Certificate(certificate);
  assert.match(parsed.subject, /CN=mail\.example/);
  assert.equal(
    parsed.subjectAltName,
    'DNS:mail.example, DNS:b.example, IP Address:0:0:0:0:0:0:0:1, IP Address:127.0.0.1',
  );
  assert.ok(parsed.verify(parsed.publicKey));
  assert.equal(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom), 365 * 24 * 3600 * 1000);
  const other = new X509Certificate(makeCertificate({ names: ['mail.example'], nowMs }).certificate);
  assert.notEqual(parsed.serialNumber, other.serialNumber);
});

test('files are read again when they change, and a broken pair changes nothing', async () => {
  await using slowWork = createSlowWork();
  const dir = mkdtempSync(join(tmpdir(), 'mpctl-cert-'));
  const source = { certificate: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  const errors: string[] = [];
  const log: Logger = { ...silentLogger, error: (_fields, message) => errors.push(message) };
  let now = nowMs;
  const certificates = createCertificates({ log, slowWork, clock: () => now });
  const context = () => {
    now += 1000;
    return certificates.context(source);
  };
  const write = (pair: { certificate: string; key: string }) => {
    writeFileSync(source.certificate, pair.certificate);
    writeFileSync(source.key, pair.key);
  };
  try {
    await assert.rejects(context(), { code: 'CERTIFICATE_UNUSABLE' });
    const [one, two] = ['one', 'two'].map(name => makeCertificate({ names: [name], nowMs }));
    assert.ok(one && two);
    write(one);
    const first = await context();
    assert.equal(await context(), first);
    assert.equal(await certificates.context({ ...source }), first);
    write({ certificate: two.certificate, key: one.key });
    assert.equal(await context(), first);
    assert.equal(errors.length, 1);
    assert.equal(await context(), first);
    assert.equal(errors.length, 1, 'told once');
    write(two);
    assert.notEqual(await context(), first);
    rmSync(source.key);
    assert.ok(await context());
    assert.equal(errors.length, 2);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('names give a certificate, the same for all who name them', async () => {
  await using slowWork = createSlowWork();
  const certificates = createCertificates({ log: silentLogger, slowWork });
  const source = { certificate: 'sans:a.example, b.example', key: 'sans:a.example, b.example' };
  const [one, two] = await Promise.all([certificates.context(source), certificates.context(source)]);
  assert.equal(one, two);
});
