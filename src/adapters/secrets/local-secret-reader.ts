import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { SecretReference } from '../../domain/config/resolved-config.ts';
import { SecretMissingError } from '../../ports/secret-error.ts';
import type { SecretReader } from '../../ports/secret-reader.ts';

/** A key ring with photographs is smaller; a disk image named by mistake is not. */
const MOST_BYTES = 1024 * 1024;

export interface LocalSecretOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told once per file that every user of this machine can read. A sentence, and what to do. */
  readonly onWarning: (happened: string, remedy: string) => void;
}

/** Secrets of this machine: variables of this process, and files. */
export class LocalSecretReader implements SecretReader {
  readonly #options: LocalSecretOptions;
  readonly #warnedOf = new Set<string>();

  constructor(options: LocalSecretOptions) {
    this.#options = options;
  }

  async read(reference: SecretReference): Promise<string> {
    const colon = reference.indexOf(':');
    const [kind, name] = [reference.slice(0, colon), reference.slice(colon + 1)];
    if (kind === 'env') return this.#readVariable(reference, name);
    if (kind === 'file') return this.#readFile(reference, name);
    const remedy = 'Write env:NAME or file:PATH.';
    if (kind === 'kube') throw new SecretMissingError(reference, 'only a pod on a cluster can read it', remedy);
    // Not repeated: what has no kind may be the secret itself, written where its place belongs.
    throw new SecretMissingError('reference', 'it is neither env:NAME nor file:PATH', remedy);
  }

  #readVariable(reference: string, name: string): string {
    const value = this.#options.env[name];
    const remedy = `Set ${name} in the environment of the process that runs Slipway.`;
    if (value === undefined) throw new SecretMissingError(reference, 'that variable is not set', remedy);
    if (value === '') throw new SecretMissingError(reference, 'that variable is empty', remedy);
    return value;
  }

  async #readFile(reference: string, path: string): Promise<string> {
    const remedy = 'Correct the path in the config, or put the secret there.';
    if (!isAbsolute(path)) throw new SecretMissingError(reference, 'its path is not absolute', remedy);
    const handle = await openSecret(reference, path);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new SecretMissingError(reference, 'it is not a file', remedy);
      if (stats.size > MOST_BYTES) {
        throw new SecretMissingError(reference, `it has ${stats.size} bytes, and no secret is over 1 MiB`, remedy);
      }
      if ((stats.mode & 0o004) !== 0) this.#warn(path, stats.mode);
      const value = decode(reference, await handle.readFile()).replace(/\r?\n$/, '');
      if (value === '') throw new SecretMissingError(reference, 'it is empty', remedy);
      return value;
    } finally {
      await handle.close();
    }
  }

  #warn(path: string, mode: number): void {
    if (this.#warnedOf.has(path)) return;
    this.#warnedOf.add(path);
    const shown = (mode & 0o777).toString(8).padStart(4, '0');
    this.#options.onWarning(
      `Every user of this machine can read the secret file ${path} (mode ${shown}).`,
      `chmod 600 ${path}`,
    );
  }
}

/** Links are followed: a mounted Kubernetes Secret is one. A pipe without a writer must not stop a release. */
async function openSecret(reference: string, path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const remedy = 'Correct the path in the config, or put the secret there.';
      throw new SecretMissingError(reference, 'there is no such file', remedy, { cause });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      const remedy = 'Give the file to the user that runs Slipway (chown), with mode 600.';
      throw new SecretMissingError(reference, 'this user may not read it', remedy, { cause });
    }
    if (code === 'ENXIO')
      throw new SecretMissingError(reference, 'it is not a file', 'Name an ordinary file.', { cause });
    throw cause;
  }
}

function decode(reference: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // a BOM that an editor put in front is left out too
  } catch (cause) {
    const remedy = 'Keys are exported as text: gpg --armor --export-secret-keys FINGERPRINT.';
    throw new SecretMissingError(reference, 'it is not text (UTF-8)', remedy, { cause });
  }
}
