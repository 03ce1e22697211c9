import { join } from 'node:path';
import type { GenerationPlan } from '../../domain/repository/generation.ts';
import { checkName } from '../../domain/repository/safe-name.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type {
  GenerationSummary,
  Origin,
  PointerState,
  PublishingSettings,
  SealedGeneration,
} from '../../ports/origin.ts';
import {
  GenerationNotSealedError,
  OriginFencedError,
  PointerBackwardsError,
  PointerMovedError,
} from '../../ports/origin-error.ts';
import { auditGeneration } from './audit-generation.ts';
import { GenerationWriter } from './generation-writer.ts';
import { translateWriteError } from './origin-failure.ts';
import { OriginLock, type OriginMemory } from './origin-lock.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';
import { movePointer, readPointer, removePointer } from './pointer-link.ts';
import { SealedGenerations } from './sealed-generations.ts';
import { recallSeen, rememberNames } from './seen-names.ts';
import { sweepChannel } from './sweep-channel.ts';

export interface DiskOriginOptions {
  /** How long to wait for another process to let go of the origin's lock. Default 30 s. */
  readonly lockWaitMs?: number;
}

/** An origin in a folder (packaging 7): what a web server, `slipway serve` or a `file:` client reads as it is. */
export class DiskOrigin implements Origin {
  readonly root: string;
  readonly #lock: OriginLock;
  readonly #sealed: SealedGenerations;
  readonly #writer: GenerationWriter;

  /** @param root absolute path; made when something is first written. */
  constructor(root: string, store: ArtifactStore, options: DiskOriginOptions = {}) {
    this.root = root;
    this.#lock = new OriginLock(root, options.lockWaitMs);
    this.#sealed = new SealedGenerations(root);
    this.#writer = new GenerationWriter(root, store, this.#lock, this.#sealed);
  }

  async write(plan: GenerationPlan, settings: PublishingSettings): Promise<SealedGeneration> {
    try {
      return await this.#writer.write(plan, settings);
    } catch (error) {
      throw translateWriteError(error, this.root);
    }
  }

  generation(channel: string, number: number): Promise<SealedGeneration> {
    return this.#sealed.read(channel, number);
  }

  generations(channel: string): Promise<readonly GenerationSummary[]> {
    return this.#sealed.list(channel);
  }

  channels(): Promise<readonly string[]> {
    return this.#sealed.channels();
  }

  current(channel: string): Promise<PointerState | undefined> {
    return this.#pointer(channel, 'current');
  }

  staged(channel: string): Promise<PointerState | undefined> {
    return this.#pointer(channel, 'staging');
  }

  async stage(channel: string, number: number | null): Promise<void> {
    const path = this.#pointerPath(channel, 'staging');
    try {
      if (number === null) await removePointer(path);
      else {
        await this.#sealed.get(channel, number);
        await movePointer(path, number);
      }
    } catch (error) {
      throw translateWriteError(error, this.root);
    }
  }

  /**
   * Under the lock twice: what users are about to see, and under which epoch, is remembered first, for good, and only then
   * moved. In one transaction a kill after the move would forget the names that users see.
   */
  async flip(
    channel: string,
    flip: { readonly before: PointerState | null; readonly after: PointerState; readonly epoch: number },
  ): Promise<void> {
    checkName('channel', channel);
    await this.#lock.hold(async (memory) => {
      if (await this.#isDone(memory, channel, flip)) return;
      const after = await this.#sealedAs(channel, flip.after);
      const before = flip.before === null ? undefined : await this.#sealed.read(channel, flip.before.number);
      rememberNames(memory, before, after);
      memory.rememberMove(channel, flip.epoch, flip.after.number);
    });
    await this.#lock.hold(async (memory) => {
      if (await this.#isDone(memory, channel, flip)) return;
      await this.#sealedAs(channel, flip.after);
      await movePointer(this.#pointerPath(channel, 'current'), flip.after.number);
    });
  }

  sweep(
    channel: string,
    options: { readonly keepMs: number; readonly now: number; readonly needed: ReadonlySet<number> },
  ): Promise<readonly string[]> {
    return this.#lock.hold(() => sweepChannel(this.root, this.#sealed, channel, options));
  }

  async *audit(channel: string, number: number): AsyncGenerator<{ readonly path: string; readonly problem: string }> {
    yield* auditGeneration(this.root, await this.#sealed.read(channel, number));
  }

  /** Whether the pointer is there already; if not, nothing speaks against the move. */
  async #isDone(
    memory: OriginMemory,
    channel: string,
    { before, after, epoch }: { before: PointerState | null; after: PointerState; epoch: number },
  ): Promise<boolean> {
    await recallSeen(memory, this.#sealed, this.root);
    const last = memory.lastMove(channel);
    if (last !== undefined && last.epoch > epoch) throw new OriginFencedError(channel, epoch, last.epoch);
    const there = (await this.current(channel)) ?? null;
    if (isSame(there, after)) {
      memory.rememberMove(channel, epoch, after.number);
      return true;
    }
    if (!isSame(there, before))
      throw new PointerMovedError(channel, before?.number ?? null, there?.number ?? null, after.number);
    const highest = Math.max(last?.number ?? 0, there?.number ?? 0);
    // The last move may have been killed between what it remembered and the pointer: then the same number is moved to again.
    const isBackwards = after.number < highest || after.number === there?.number;
    if (isBackwards) throw new PointerBackwardsError(channel, highest, after.number);
    return false;
  }

  /** The generation as it lies on disk now, whatever is remembered of it: another process may have swept it. */
  async #sealedAs(channel: string, { number, digest }: PointerState): Promise<SealedGeneration> {
    await this.#sealed.list(channel);
    const generation = await this.#sealed.read(channel, number);
    if (generation.digest !== digest) throw new GenerationNotSealedError(channel, number, this.root);
    return generation;
  }

  async #pointer(channel: string, name: 'current' | 'staging'): Promise<PointerState | undefined> {
    const number = await readPointer(this.#pointerPath(channel, name));
    if (number === undefined) return undefined;
    const { digest } = await this.#sealed.get(channel, number);
    return { number, digest };
  }

  #pointerPath(channel: string, name: 'current' | 'staging'): string {
    checkName('channel', channel);
    return join(this.root, ORIGIN_PATHS.channel(channel), name);
  }
}

const isSame = (a: PointerState | null, b: PointerState | null): boolean =>
  a === b || (a !== null && b !== null && a.number === b.number && a.digest === b.digest);
