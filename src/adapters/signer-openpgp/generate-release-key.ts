import { open, rm } from 'node:fs/promises';
import { generateKey } from 'openpgp';
import { EXIT } from '../../kernel/exit-code.ts';
import type { Instant } from '../../kernel/instant.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { OPENPGP_CONFIG } from './openpgp-config.ts';

const DAY_S = 86_400;
/** Long enough for a project to get going, short enough that a lost key ends by itself. It can be extended at any time. */
const LIFETIME_DAYS = 730;

export interface ReleaseKey {
  /** Armoured, without a passphrase. */
  readonly privateKey: string;
  readonly publicKey: string;
  /** 40 upper-case hex digits. */
  readonly fingerprint: string;
}

/**
 * A file stands where the new release key would be written. A key that users already trust is never replaced, so nothing was
 * changed. Use the key that is there, or name another file.
 */
export class KeyFileExistsError extends SlipwayError {
  readonly code = 'SLIP_KEY_FILE_EXISTS';
  override readonly exitCode = EXIT.refused;

  constructor(path: string, options?: ErrorOptions) {
    super(`No new key was written: ${path} exists.`, 'Use that key, or name another file.', options);
  }
}

/**
 * A fresh key to sign a project's releases: Ed25519 in its version 4 form, which gpg 2.2 and every apt since 2017 read; it can
 * sign and nothing else. Ends after two years unless extended.
 */
export async function generateReleaseKey(options: {
  readonly project: string;
  readonly now: Instant;
}): Promise<ReleaseKey> {
  const pair = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    subkeys: [],
    userIDs: [{ name: `${options.project} releases` }],
    date: new Date(options.now),
    keyExpirationTime: LIFETIME_DAYS * DAY_S,
    format: 'object',
    config: OPENPGP_CONFIG,
  });
  return {
    privateKey: pair.privateKey.armor(OPENPGP_CONFIG),
    publicKey: pair.publicKey.armor(OPENPGP_CONFIG),
    fingerprint: pair.publicKey.getFingerprint().toUpperCase(),
  };
}

/**
 * Writes a private key that only its owner can read (mode 0600), fsynced, never over another file.
 * @throws {KeyFileExistsError} something is there already.
 */
export async function writeKeyFile(path: string, privateKey: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') throw new KeyFileExistsError(path, { cause });
    throw cause;
  });
  try {
    await file.chmod(0o600); // whatever the umask says
    await file.writeFile(privateKey);
    await file.sync();
  } catch (cause) {
    await rm(path, { force: true }); // half a key is worse than none; it was ours, made a moment ago
    throw cause;
  } finally {
    await file.close();
  }
}
