import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tree } from '../../domain/artifact/tree.ts';
import { PackageFormatError } from '../../domain/package/package-error.ts';
import type { PackageFacts } from '../../domain/package/package-facts.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { BuiltPackage, PackageBuilder, PackageBuildRequest } from '../../ports/package-builder.ts';
import type { TreeStore } from '../../ports/tree-store.ts';
import type { AssembledPackage } from './build-job.ts';
import { PackageScratchError } from './package-builder-error.ts';
import { runJob } from './run-job.ts';

export interface WorkerPackageBuilderOptions {
  readonly store: Pick<ArtifactStore, 'open' | 'put'>;
  readonly trees: Pick<TreeStore, 'readTree'>;
  /** `package-worker.js` as built, beside `slipway.js`. */
  readonly worker: URL;
  /** Packages are put together below this folder; it is made, and left empty. Default: the system's folder for such. */
  readonly scratchDir?: string;
  /** Reading a package ends after this time, whatever it does. Default 10 min. */
  readonly inspectTimeoutMs?: number;
}

/** Builds and reads packages in worker threads: the conductor goes on meanwhile, and what a package does to its reader ends there. */
export class WorkerPackageBuilder implements PackageBuilder {
  readonly #store: WorkerPackageBuilderOptions['store'];
  readonly #trees: WorkerPackageBuilderOptions['trees'];
  readonly #worker: URL;
  readonly #scratchDir: string;
  readonly #inspectTimeoutMs: number;

  constructor(options: WorkerPackageBuilderOptions) {
    this.#store = options.store;
    this.#trees = options.trees;
    this.#worker = options.worker;
    this.#scratchDir = options.scratchDir ?? tmpdir();
    this.#inspectTimeoutMs = options.inspectTimeoutMs ?? 600_000;
  }

  async build(request: PackageBuildRequest, signal: AbortSignal): Promise<BuiltPackage> {
    const inputs: Record<string, Tree> = {};
    for (const [name, sha256] of Object.entries(request.inputs)) inputs[name] = await this.#trees.readTree(sha256);
    return await this.#inScratch(async (scratch) => {
      const result = await runJob({ kind: 'build', ...request, inputs, scratch }, this.#worker, this.#store, signal);
      if (result.says !== 'built') throw new TypeError(`the worker was to build and ${result.says}`);
      const { fileName, sha256, sizeBytes, facts } = result.built;
      // With its digest: what is stored is what was read back.
      await this.#store.put(bytesOf(result.built), sha256);
      return { fileName, sha256, sizeBytes, facts };
    });
  }

  async inspect(sha256: Sha256, fileName: string): Promise<PackageFacts> {
    const signal = AbortSignal.timeout(this.#inspectTimeoutMs);
    try {
      return await this.#inScratch(async (scratch) => {
        const job = { kind: 'inspect', sha256, fileName, scratch } as const;
        const result = await runJob(job, this.#worker, this.#store, signal);
        if (result.says !== 'inspected') throw new TypeError(`the worker was to read and ${result.says}`);
        return result.facts;
      });
    } catch (cause) {
      if (cause !== signal.reason) throw cause;
      throw new PackageFormatError(
        `${fileName} could not be read within ${this.#inspectTimeoutMs / 1000} s.`,
        'Make the package again; one that keeps its reader busy for so long is damaged, or made to.',
        { cause },
      );
    }
  }

  async #inScratch<Result>(work: (scratch: string) => Promise<Result>): Promise<Result> {
    const scratch = await this.#makeScratch();
    try {
      return await work(scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async #makeScratch(): Promise<string> {
    try {
      await mkdir(this.#scratchDir, { recursive: true });
      return await mkdtemp(join(this.#scratchDir, 'package-'));
    } catch (cause) {
      throw new PackageScratchError(this.#scratchDir, (cause as Error).message, { cause });
    }
  }
}

async function* bytesOf({ head, bodyPath, tail }: AssembledPackage): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  const body = await open(bodyPath, 'r');
  try {
    yield* body.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 }) as AsyncIterable<Uint8Array>;
  } finally {
    await body.close();
  }
  if (tail.length > 0) yield tail;
}
