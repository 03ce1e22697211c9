import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why gpg tests cannot run here, or undefined. */
export const gpgMissing: string | undefined =
  spawnSync('gpg', ['--version']).error === undefined ? undefined : 'gpg is not installed';

if (gpgMissing) console.log(`not checked: signatures against gpg (${gpgMissing})`);

/** A gpg of its own in a temporary folder; `close` ends the agent it started. */
export class GpgHome {
  readonly path = mkdtempSync(join(tmpdir(), 'slw-gpg-')); // short: an agent's socket path holds 107 characters

  run(args: readonly string[], input?: string | Uint8Array): { code: number | null; out: Buffer; err: string } {
    const { status, stdout, stderr } = spawnSync(
      'gpg',
      ['--homedir', this.path, '--batch', '--yes', '--no-tty', '--pinentry-mode', 'loopback', ...args],
      { input: input ?? '', env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
    );
    return { code: status, out: stdout, err: stderr.toString() };
  }

  must(args: readonly string[], input?: string | Uint8Array): Buffer {
    const { code, out, err } = this.run(args, input);
    if (code !== 0) throw new Error(`gpg ${args.join(' ')}: ${code}: ${err}`);
    return out;
  }

  import(key: string): void {
    this.must(['--import'], key);
  }

  /** Makes a key; `spec` as `--quick-generate-key` has it (`rsa3072`, `ed25519`). @returns its fingerprint. */
  generate(userId: string, spec: string, options: { passphrase?: string; ends?: string; usage?: string } = {}): string {
    const { passphrase = '', ends = '2y', usage = 'sign' } = options;
    this.must(['--passphrase', passphrase, '--quick-generate-key', userId, spec, usage, ends]);
    const listing = this.must(['--with-colons', '--list-keys', `=${userId}`]).toString();
    return /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '';
  }

  exportPublic(fingerprint: string): string {
    return this.must(['--armor', '--export', fingerprint]).toString();
  }

  exportSecret(fingerprint: string, passphrase = ''): string {
    return this.must(['--passphrase', passphrase, '--armor', '--export-secret-keys', fingerprint]).toString();
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  close(): void {
    // Asks the agent of this folder, and of no other, to end; there may be none.
    execFileSync('gpgconf', ['--homedir', this.path, '--kill', 'gpg-agent'], { stdio: 'ignore' });
    rmSync(this.path, { recursive: true, force: true });
  }
}
