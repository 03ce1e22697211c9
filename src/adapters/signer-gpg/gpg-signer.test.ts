import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signerContract, wholeSecond } from '../../../test/contracts/signer.ts';
import { FixedClock } from '../../../test/support/fixed-clock.ts';
import { GpgHome, gpgMissing } from '../../../test/support/gpg-home.ts';
import { toInstant } from '../../kernel/instant.ts';
import { OpenpgpVerifier } from '../signer-openpgp/openpgp-verifier.ts';
import { GpgSigner, type GpgSignerOptions } from './gpg-signer.ts';

const clock = new FixedClock(Date.now() + 60_000);
const date = wholeSecond(clock.now());

function signerOf(gpg: GpgHome, fingerprint: string, options: Partial<GpgSignerOptions> = {}): GpgSigner {
  return new GpgSigner({
    name: 'gpg',
    fingerprint,
    home: gpg.path,
    clock,
    verifier: new OpenpgpVerifier(),
    ...options,
  });
}

function agentPid(gpg: GpgHome): string | undefined {
  const said = execFileSync('gpg-connect-agent', ['--homedir', gpg.path, '--no-autostart', 'GETINFO pid', '/bye'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return /^D (\d+)/m.exec(said.toString())?.[1];
}

const endAgent = (gpg: GpgHome) => execFileSync('gpgconf', ['--homedir', gpg.path, '--kill', 'gpg-agent']);

describe.skipIf(gpgMissing)('a key in a gpg agent', () => {
  let gpg: GpgHome;
  let ed25519 = '';
  let rsa = '';
  beforeAll(() => {
    gpg = new GpgHome();
    ed25519 = gpg.generate('hello releases', 'ed25519');
    rsa = gpg.generate('old and strong: since 2009', 'rsa3072');
    endAgent(gpg);
  });
  afterAll(() => gpg.close());

  signerContract('gpg with Ed25519', async () => ({ signer: signerOf(gpg, ed25519), fingerprint: ed25519, date }));
  signerContract('gpg with RSA', async () => ({ signer: signerOf(gpg, rsa), fingerprint: rsa, date }));

  test('the same text signed twice has the same bytes, and carries the date of the generation', async () => {
    for (const fingerprint of [ed25519, rsa]) {
      const signer = signerOf(gpg, fingerprint);
      const first = await signer.clearSign('a\n', date);
      expect(await signer.clearSign('a\n', date)).toBe(first);
      const { publicKey } = await signer.describe();
      const verdict = await new OpenpgpVerifier().verifyClear(first, publicKey, date);
      expect(verdict).toMatchObject({ good: true, signature: { madeAt: date } });
    }
  });

  test('user ids come as they are', async () => {
    expect((await signerOf(gpg, rsa).describe()).userId).toBe('old and strong: since 2009');
  });

  test('a fingerprint may be written as gpg shows it', async () => {
    const spaced = ed25519.toLowerCase().replace(/(.{4})/g, '$1 ');
    expect((await signerOf(gpg, spaced).describe()).fingerprint).toBe(ed25519);
  });

  test('the agent that signing starts is ended, also when several signatures are made at once', async () => {
    endAgent(gpg);
    const signer = signerOf(gpg, ed25519);
    await Promise.all([signer.clearSign('a\n', date), signer.detachSign(Buffer.from('a'), date), signer.describe()]);
    expect(agentPid(gpg)).toBeUndefined();
    await signer.clearSign('b\n', date);
    expect(agentPid(gpg)).toBeUndefined();
  });

  test('an agent that ran before goes on running', async () => {
    execFileSync('gpg-connect-agent', ['--homedir', gpg.path, '/bye'], { stdio: 'ignore' });
    const pid = agentPid(gpg);
    expect(pid).toMatch(/^\d+$/);
    await signerOf(gpg, ed25519).clearSign('a\n', date);
    expect(agentPid(gpg)).toBe(pid);
    endAgent(gpg);
  });

  test('a signing subkey signs, and users pin the primary key', async () => {
    const primary = gpg.generate('with subkey', 'ed25519', { usage: 'cert' });
    gpg.must(['--passphrase', '', '--quick-add-key', primary, 'ed25519', 'sign', '1y']);
    const signer = signerOf(gpg, primary);
    const { publicKey, fingerprint } = await signer.describe();
    expect(fingerprint).toBe(primary);
    const signed = await signer.clearSign('a\n', date);
    const verdict = await new OpenpgpVerifier().verifyClear(signed, publicKey, date);
    expect(verdict).toMatchObject({ good: true, signature: { fingerprint: primary } });
    const listing = gpg.must(['--with-colons', '--list-keys', primary]).toString();
    const subkey = [...listing.matchAll(/^fpr:+([0-9A-F]{40}):/gm)][1]?.[1] ?? '';
    await expect(signerOf(gpg, subkey).describe()).rejects.toMatchObject({ reason: 'not-ours' });
  });

  test('signatures of gpg that do not verify never leave the signer', async () => {
    const distrustful = {
      verifyClear: async () => ({ good: false as const, why: 'it is not ours' }),
      verifyDetached: async () => ({ good: false as const, why: 'it is not ours' }),
    };
    await expect(signerOf(gpg, ed25519, { verifier: distrustful }).clearSign('a\n', date)).rejects.toMatchObject({
      code: 'SLIP_SIGNATURE_UNVERIFIED',
      message: expect.stringContaining(ed25519),
    });
  });

  describe('is refused, each time with its own reason,', () => {
    const refusal = (fingerprint: string) => expect(signerOf(gpg, fingerprint).clearSign('a\n', date)).rejects;

    test('when it is missing', async () => {
      await refusal('0'.repeat(40)).toMatchObject({
        code: 'SLIP_SIGNING_KEY',
        reason: 'not-found',
        exitCode: 2,
        message: expect.stringContaining('No secret key'),
      });
    });

    test('when only its public half is there', async () => {
      const other = new GpgHome();
      try {
        const stranger = other.generate('stranger', 'ed25519');
        gpg.import(other.exportPublic(stranger));
        await refusal(stranger).toMatchObject({ reason: 'not-found' });
      } finally {
        other.close();
      }
    });

    test('when it is named by a short id, which anybody can forge', async () => {
      await refusal(ed25519.slice(-16)).toMatchObject({ reason: 'not-found', message: expect.stringContaining('40') });
    });

    test('when it is locked and nobody is there to type', async () => {
      await refusal(gpg.generate('locked', 'ed25519', { passphrase: 'word' })).toMatchObject({
        reason: 'agent-locked',
      });
    });

    test('when it is too weak', async () => {
      await refusal(gpg.generate('weak', 'rsa2048')).toMatchObject({ reason: 'too-weak' });
    });

    test('when clients could not read it', async () => {
      await refusal(gpg.generate('dsa', 'dsa2048')).toMatchObject({ reason: 'unsupported' });
      await refusal(gpg.generate('nist', 'nistp256')).toMatchObject({ reason: 'unsupported' });
    });

    test('when it may not sign', async () => {
      await refusal(gpg.generate('certifies', 'ed25519', { usage: 'cert' })).toMatchObject({ reason: 'cannot-sign' });
    });

    test('when it has expired', async () => {
      const short = gpg.generate('short', 'ed25519', { ends: 'seconds=3600' });
      const later = toInstant(date + 2 * 3_600_000);
      await expect(signerOf(gpg, short).clearSign('a\n', later)).rejects.toMatchObject({ reason: 'expired' });
      await expect(signerOf(gpg, short, { clock: new FixedClock(later) }).describe()).rejects.toMatchObject({
        reason: 'expired',
      });
    });

    test('when it was revoked', async () => {
      const lost = gpg.generate('lost', 'ed25519');
      const certificate = execFileSync('sh', [
        '-c',
        `sed 's/^:-----BEGIN/-----BEGIN/' "$0"`,
        `${gpg.path}/openpgp-revocs.d/${lost}.rev`,
      ]);
      gpg.must(['--import'], certificate);
      await refusal(lost).toMatchObject({ reason: 'revoked' });
    });
  });

  test('a wrong home is said in words', async () => {
    await expect(signerOf(gpg, ed25519, { home: '/nonexistent/home' }).describe()).rejects.toMatchObject({
      code: expect.stringMatching(/^SLIP_SIGN/),
      message: expect.stringContaining('signing.gpg'),
    });
  });

  test('an agent that never answers is not waited for', async () => {
    const stuck = new GpgHome();
    const socket = execFileSync('gpgconf', ['--homedir', stuck.path, '--list-dirs', 'agent-socket']).toString().trim();
    const connections: import('node:net').Socket[] = [];
    const server: Server = createServer((connection) => connections.push(connection));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      await expect(signerOf(stuck, ed25519, { timeoutMs: 300 }).describe()).rejects.toMatchObject({
        code: 'SLIP_SIGNER_FAILED',
        message: expect.stringContaining('no answer within 0.3 s'),
      });
    } finally {
      for (const connection of connections) connection.destroy();
      await new Promise((resolve) => server.close(resolve));
      stuck.close();
    }
  });
});

test('a machine without gpg is told so, with what to install', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nonexistent';
  try {
    const signer = new GpgSigner({ name: 'gpg', fingerprint: 'A'.repeat(40), clock, verifier: new OpenpgpVerifier() });
    await expect(signer.describe()).rejects.toMatchObject({
      code: 'SLIP_SIGNER_FAILED',
      message: expect.stringContaining('is not installed'),
      remedy: expect.stringContaining('gnupg'),
    });
  } finally {
    process.env['PATH'] = path;
  }
});
