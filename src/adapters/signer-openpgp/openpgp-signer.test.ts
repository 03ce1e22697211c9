import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enums, generateKey, readPrivateKey, revokeKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signerContract } from '../../../test/contracts/signer.ts';
import { FixedClock } from '../../../test/support/fixed-clock.ts';
import { GpgHome, gpgMissing } from '../../../test/support/gpg-home.ts';
import { MapSecrets, reference } from '../../../test/support/map-secrets.ts';
import { SigningKeyError } from '../../domain/signing/signing-key-error.ts';
import { toInstant } from '../../kernel/instant.ts';
import { generateReleaseKey, KeyFileExistsError, writeKeyFile } from './generate-release-key.ts';
import { OpenpgpSigner } from './openpgp-signer.ts';
import { OpenpgpVerifier } from './openpgp-verifier.ts';

const NOW = toInstant(Date.parse('2026-11-22T22:00:00Z'));
const clock = new FixedClock(NOW);
const verifier = new OpenpgpVerifier();

function signerOf(privateKey: string, passphrase?: string, now = clock): OpenpgpSigner {
  const secrets = new MapSecrets({ 'file:key.asc': privateKey, 'env:WORD': passphrase ?? '' });
  return new OpenpgpSigner({
    name: 'gpg',
    key: reference('file:key.asc'),
    ...(passphrase === undefined ? {} : { passphrase: reference('env:WORD') }),
    secrets,
    clock: now,
  });
}

type KeyOptions = Partial<Parameters<typeof generateKey>[0]>;
async function armouredKey(options: KeyOptions, weak = false): Promise<{ privateKey: string; publicKey: string }> {
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    subkeys: [],
    userIDs: [{ name: 'test' }],
    date: new Date(NOW - 86_400_000),
    ...options,
    format: 'armored',
    config: { ...(weak ? { minRSABits: 0 } : {}), ...options.config },
  } as Parameters<typeof generateKey>[0] & { format: 'armored' });
  return { privateKey: privateKey, publicKey: publicKey };
}

async function refusalOf(signer: OpenpgpSigner): Promise<SigningKeyError> {
  const error = await signer.describe().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SigningKeyError);
  return error as SigningKeyError;
}

describe('with a fresh Ed25519 release key', () => {
  signerContract('openpgp', async () => {
    const key = await generateReleaseKey({ project: 'hello', now: NOW });
    return { signer: signerOf(key.privateKey), fingerprint: key.fingerprint, date: NOW };
  });
});

describe('with an RSA-3072 key behind a passphrase', () => {
  let key: { privateKey: string };
  beforeAll(async () => {
    key = await armouredKey({ type: 'rsa', rsaBits: 3072, passphrase: 'correct horse' });
  });

  signerContract('openpgp', async () => ({
    signer: signerOf(key.privateKey, 'correct horse\n'), // as a file written by echo has it
    fingerprint: (await readPrivateKey({ armoredKey: key.privateKey })).getFingerprint().toUpperCase(),
    date: NOW,
  }));

  test('a wrong passphrase is said, and not repeated', async () => {
    const error = await refusalOf(signerOf(key.privateKey, 'wrong horse'));
    expect(error).toMatchObject({ reason: 'passphrase-wrong', exitCode: 2 });
    expect(error.message).toBe('The key of signing.gpg (file:key.asc) cannot sign: the passphrase does not unlock it.');
    expect(JSON.stringify([error.message, error.remedy, String(error.cause)])).not.toContain('horse');
  });

  test('a missing passphrase is said', async () => {
    expect((await refusalOf(signerOf(key.privateKey))).reason).toBe('passphrase-missing');
  });

  test('the same text signed twice has the same bytes', async () => {
    const signer = signerOf(key.privateKey, 'correct horse');
    const another = signerOf(key.privateKey, 'correct horse');
    expect(await another.clearSign('a\n', NOW)).toBe(await signer.clearSign('a\n', NOW));
    expect(await another.detachSign(Buffer.from('a'), NOW)).toBe(await signer.detachSign(Buffer.from('a'), NOW));
  });
});

describe('the key a newcomer gets', () => {
  test('signs the same bytes twice, and other bytes a second later', async () => {
    const { privateKey } = await generateReleaseKey({ project: 'hello', now: NOW });
    const [one, two] = [signerOf(privateKey), signerOf(privateKey)];
    expect(await one.clearSign('a\n', NOW)).toBe(await two.clearSign('a\n', NOW));
    expect(await one.clearSign('a\n', toInstant(NOW + 1000))).not.toBe(await two.clearSign('a\n', NOW));
  });

  test('is an Ed25519 key of version 4 that can only sign and ends in two years', async () => {
    const { privateKey, fingerprint } = await generateReleaseKey({ project: 'hello', now: NOW });
    const described = await signerOf(privateKey).describe();
    expect(described).toMatchObject({ algorithm: 'Ed25519', userId: 'hello releases', fingerprint });
    expect(new Date(described.expiresAt ?? 0).toISOString()).toBe('2028-11-21T22:00:00.000Z');
    expect((await readPrivateKey({ armoredKey: privateKey })).keyPacket.version).toBe(4);
  });

  test('is written for its owner alone and never over another key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slw-key-'));
    try {
      const path = join(folder, 'release-key.asc');
      await writeKeyFile(path, 'first');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await expect(writeKeyFile(path, 'second')).rejects.toBeInstanceOf(KeyFileExistsError);
      expect(await readFile(path, 'utf8')).toBe('first');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('keys that cannot sign are refused, each with its own reason', () => {
  test.each([
    ['an empty file', '\n', 'empty'],
    [
      'an SSH key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n',
      'other-kind',
    ],
    ['a TLS key', '-----BEGIN PRIVATE KEY-----\nMC4CAQ==\n-----END PRIVATE KEY-----\n', 'other-kind'],
    ['an EC key', '-----BEGIN EC PRIVATE KEY-----\nMC4CAQ==\n-----END EC PRIVATE KEY-----\n', 'other-kind'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMC4CAQ==\n-----END CERTIFICATE-----\n', 'other-kind'],
    ['a minisign key', 'untrusted comment: minisign encrypted secret key\nRWRT\n', 'other-kind'],
    ['a note', 'the key is in the safe', 'other-kind'],
  ])('%s', async (_, text, reason) => {
    expect((await refusalOf(signerOf(text))).reason).toBe(reason);
  });

  test('a public key given instead of the private one, and how to export the right one', async () => {
    const { publicKey } = await generateReleaseKey({ project: 'hello', now: NOW });
    const error = await refusalOf(signerOf(publicKey));
    expect(error.reason).toBe('public-key');
    expect(error.remedy).toContain('--export-secret-keys');
  });

  test('half a key file', async () => {
    const { privateKey } = await generateReleaseKey({ project: 'hello', now: NOW });
    expect((await refusalOf(signerOf(privateKey.slice(0, 300)))).reason).toBe('damaged');
  });

  test('two keys in one file', async () => {
    const one = await generateReleaseKey({ project: 'one', now: NOW });
    const two = await generateReleaseKey({ project: 'two', now: NOW });
    const error = await refusalOf(signerOf(one.privateKey + two.privateKey));
    expect(error.reason).toBe('several-keys');
    expect(error.message).toContain(two.fingerprint);
  });

  test.each([1024, 2048])('RSA-%i', async (rsaBits) => {
    const { privateKey } = await armouredKey({ type: 'rsa', rsaBits: rsaBits }, true);
    const error = await refusalOf(signerOf(privateKey));
    expect(error.reason).toBe('too-weak');
    expect(error.message).toContain(`it is RSA-${rsaBits}; at least RSA-3072`);
  });

  test('a strong key whose signing subkey is weak', async () => {
    const { privateKey } = await armouredKey(
      { type: 'rsa', rsaBits: 3072, subkeys: [{ type: 'rsa', rsaBits: 2048, sign: true }] },
      true,
    );
    expect((await refusalOf(signerOf(privateKey))).message).toContain('RSA-2048');
  });

  test('a version 6 key, which gpg 2.2 cannot read', async () => {
    const { privateKey } = await armouredKey({ type: 'curve25519', config: { v6Keys: true } });
    const error = await refusalOf(signerOf(privateKey));
    expect(error.reason).toBe('unsupported');
    expect(error.message).toContain('version 6');
  });

  test.each([
    ['a NIST curve', { type: 'ecc', curve: 'nistP256' }],
    ['the newer Ed25519 encoding', { type: 'curve25519' }],
  ])('%s', async (_, options) => {
    expect((await refusalOf(signerOf((await armouredKey(options as KeyOptions)).privateKey))).reason).toBe(
      'unsupported',
    );
  });

  test('an expired key, with the day it ended', async () => {
    const { privateKey } = await armouredKey({ keyExpirationTime: 3600 });
    const error = await refusalOf(signerOf(privateKey));
    expect(error.reason).toBe('expired');
    expect(error.message).toContain('expired at 2026-11-21T23:00:00.000Z');
  });

  test('a key that expires while the conductor runs', async () => {
    const moving = new FixedClock(NOW);
    const { privateKey } = await armouredKey({ keyExpirationTime: 86_400 + 60 });
    const signer = signerOf(privateKey, undefined, moving);
    await signer.clearSign('a\n', NOW);
    const later = toInstant(NOW + 61_000);
    moving.set(later);
    await expect(signer.clearSign('a\n', later)).rejects.toMatchObject({ reason: 'expired' });
  });

  test('a key from the future', async () => {
    const { privateKey } = await generateReleaseKey({ project: 'hello', now: toInstant(NOW + 60_000) });
    expect((await refusalOf(signerOf(privateKey))).reason).toBe('not-yet-valid');
  });

  test('a revoked key', async () => {
    const { privateKey } = await generateReleaseKey({ project: 'hello', now: toInstant(NOW - 1000) });
    const revoked = await revokeKey({
      key: await readPrivateKey({ armoredKey: privateKey }),
      reasonForRevocation: { flag: enums.reasonForRevocation.keyCompromised, string: 'lost' },
      date: new Date(NOW - 500),
      format: 'armored',
    });
    expect((await refusalOf(signerOf(revoked.privateKey))).reason).toBe('revoked');
  });

  test('once the file is corrected, the same signer can sign', async () => {
    const { privateKey } = await generateReleaseKey({ project: 'hello', now: NOW });
    const secrets = new MapSecrets({ 'file:key.asc': 'oops' });
    const signer = new OpenpgpSigner({ name: 'gpg', key: reference('file:key.asc'), secrets, clock });
    await expect(signer.describe()).rejects.toBeInstanceOf(SigningKeyError);
    secrets.values.set('file:key.asc', privateKey);
    await expect(signer.clearSign('a\n', NOW)).resolves.toContain('BEGIN PGP SIGNED MESSAGE');
    await signer.clearSign('b\n', NOW);
    expect(secrets.reads).toHaveLength(2);
  });
});

describe.skipIf(gpgMissing)('keys that gpg made', () => {
  let gpg: GpgHome;
  beforeAll(() => {
    gpg = new GpgHome();
  });
  afterAll(() => gpg.close());
  const real = new FixedClock(Date.now() + 60_000);

  test('an Ed25519 key with a passphrase signs', async () => {
    const fingerprint = gpg.generate('locked', 'ed25519', { passphrase: 'secret word' });
    const signer = signerOf(gpg.exportSecret(fingerprint, 'secret word'), 'secret word', real);
    expect((await signer.describe()).fingerprint).toBe(fingerprint);
    await signer.clearSign('a\n', real.now());
  });

  test('a signing subkey signs when the primary key is kept elsewhere, and users pin the primary', async () => {
    const fingerprint = gpg.generate('offline', 'ed25519', { usage: 'cert' });
    gpg.must(['--passphrase', '', '--quick-add-key', fingerprint, 'ed25519', 'sign', '1y']);
    const stub = gpg.must(['--passphrase', '', '--armor', '--export-secret-subkeys', fingerprint]).toString();
    const later = new FixedClock(Date.now() + 2000);
    const signer = signerOf(stub, undefined, later);
    expect((await signer.describe()).fingerprint).toBe(fingerprint);
    const signed = await signer.clearSign('a\n', later.now());
    const verdict = await verifier.verifyClear(signed, gpg.exportPublic(fingerprint), later.now());
    expect(verdict).toMatchObject({ good: true, signature: { fingerprint } });
  });

  test('a stub of a key whose secret lies elsewhere is refused', async () => {
    const fingerprint = gpg.generate('stub', 'ed25519');
    gpg.must(['--passphrase', '', '--quick-add-key', fingerprint, 'cv25519', 'encr', '1y']);
    const stub = gpg.must(['--passphrase', '', '--armor', '--export-secret-subkeys', fingerprint]).toString();
    const later = new FixedClock(Date.now() + 2000);
    expect((await refusalOf(signerOf(stub, undefined, later))).reason).toBe('no-secret-part');
  });

  test('a key that may only encrypt or certify is refused', async () => {
    const fingerprint = gpg.generate('certifies', 'ed25519', { usage: 'cert' });
    expect((await refusalOf(signerOf(gpg.exportSecret(fingerprint), undefined, real))).reason).toBe('cannot-sign');
  });

  test('a DSA key is refused', async () => {
    const fingerprint = gpg.generate('old', 'dsa2048');
    expect((await refusalOf(signerOf(gpg.exportSecret(fingerprint), undefined, real))).reason).toBe('unsupported');
  });
});
