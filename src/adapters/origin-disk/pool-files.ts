import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { poolPath } from '../../domain/repository/apt/pool-path.ts';
import { checksumFiles, type VersionFiles } from '../../domain/repository/files/version-files.ts';
import type { ListedPackage } from '../../domain/repository/generation.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { ArtifactTargetError } from '../../ports/artifact-store-error.ts';
import type { Signer } from '../../ports/signer.ts';
import { hasCode } from '../../system/has-code.ts';
import { makeFolder } from '../../system/make-folder.ts';
import { syncFolder } from '../../system/sync-folder.ts';
import { NewFolder } from './new-folder.ts';
import { FOLDER_MODE } from './origin-paths.ts';

/** Links made at the same time: more only wait for the same disk. */
const AT_ONCE = 16;

/**
 * The final names of packages below `pool/<channel>/<repository>`, hard links into the artifact store: no bytes move. A name
 * users have seen was compared with its digest before; a name that only an abandoned candidate had is given away here.
 */
export class PoolFiles {
  readonly #store: ArtifactStore;
  readonly #folder: string;

  constructor(store: ArtifactStore, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** Debs at `h/hello_1.0_all.deb`. */
  async addDebs(packages: readonly ListedPackage[]): Promise<void> {
    const folders = new Map<string, Promise<void>>();
    for (let at = 0; at < packages.length; at += AT_ONCE) {
      await Promise.all(packages.slice(at, at + AT_ONCE).map((listed) => this.#addDeb(listed, folders)));
    }
    for (const folder of folders.keys()) await syncFolder(folder);
  }

  async #addDeb(listed: ListedPackage, folders: Map<string, Promise<void>>): Promise<void> {
    const path = join(this.#folder, poolPath(listed).replace(/^pool\//, ''));
    const folder = folders.get(dirname(path)) ?? makeFolder(dirname(path), FOLDER_MODE);
    folders.set(dirname(path), folder);
    await folder;
    await this.#link(listed.sha256, path);
    if (listed.signature !== undefined) await this.#link(listed.signature, `${path}.asc`);
  }

  /** A release's folder of a files repository, `1.0/`: written aside, then moved to its name as a whole. */
  async addVersion({ folder, packages }: VersionFiles, signer: Signer, date: Instant): Promise<void> {
    const path = join(this.#folder, folder);
    const sums = checksumFiles(packages);
    if (await isThere(path, sums)) return;
    const made = await NewFolder.create(this.#folder, folder);
    try {
      for (const { sha256, fileName, signature } of packages) {
        await this.#store.materialize(sha256, join(made.path, fileName), 'link');
        if (signature !== undefined)
          await this.#store.materialize(signature, join(made.path, `${fileName}.asc`), 'link');
      }
      const signature = await signer.detachSign(Buffer.from(sums['SHA256SUMS'] ?? ''), date);
      for (const [name, text] of Object.entries({ ...sums, 'SHA256SUMS.asc': signature }))
        await made.write(name, text, date);
      await made.sync();
      await this.#giveAway(path);
      await made.moveTo(path);
    } catch (error) {
      await made.discard();
      throw error;
    }
  }

  async #link(sha256: ListedPackage['sha256'], path: string): Promise<void> {
    try {
      await this.#store.materialize(sha256, path, 'link');
    } catch (error) {
      if (!(error instanceof ArtifactTargetError)) throw error;
      await this.#giveAway(path);
      await this.#store.materialize(sha256, path, 'link');
    }
  }

  /** Moves away what an abandoned candidate left under a name; its own generation is never promoted after this. */
  async #giveAway(path: string): Promise<void> {
    const aside = join(dirname(path), `.old-${process.pid}-${process.hrtime.bigint()}`);
    try {
      await rename(path, aside);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      throw error;
    }
    await rm(aside, { recursive: true, force: true });
  }
}

/** Whether a version's folder is there as a whole: the same checksums, and every file they name. */
async function isThere(folder: string, sums: Readonly<Record<string, string>>): Promise<boolean> {
  try {
    const names = new Set(await readdir(folder));
    const wanted = [...Object.keys(sums), ...Object.keys(sums).map((name) => name.replace(/\.sha256$/, ''))];
    if (![...wanted, 'SHA256SUMS.asc'].every((name) => names.has(name))) return false;
    return (await readFile(join(folder, 'SHA256SUMS'), 'utf8')) === sums['SHA256SUMS'];
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}
