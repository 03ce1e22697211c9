import { MemoryJournal } from '../../../src/adapters/journal-memory/memory-journal.ts';
import { RunConductor } from '../../../src/conductor/run/run-conductor.ts';
import type { RunWorld } from '../../../src/conductor/run/run-world.ts';
import type { AttemptSpec } from '../../../src/domain/run/attempt.ts';
import { toInstant } from '../../../src/kernel/instant.ts';
import { canonicalJson, type JsonValue } from '../../../src/kernel/json.ts';
import type { LeaseHolder } from '../../../src/ports/journal.ts';
import type { PackageBuilder } from '../../../src/ports/package-builder.ts';
import type { SourceFetcher } from '../../../src/ports/source-fetcher.ts';
import { JumpingClock } from './jumping-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { Mortal } from './mortal.ts';
import { type Behaviour, SimulatedExecutor } from './simulated-executor.ts';

export interface WorldScript {
  /** What an attempt does; 1 s and out when not said. */
  readonly behave?: (spec: AttemptSpec) => Behaviour;
  /** How long a step in this process takes. */
  readonly buildMs?: (what: string) => number;
  readonly fetchError?: (source: string) => Error | undefined;
  /** What differs from one build to the next, which it should not. */
  readonly buildSalt?: () => string;
  readonly parallelSteps?: number;
}

/** A world in which conductors come and go: journal, store and agents stay. */
export class SimulatedWorld {
  readonly clock = new JumpingClock();
  readonly store = new MemoryStore();
  readonly executor: SimulatedExecutor;
  readonly processes: Mortal[] = [];
  readonly journal: MemoryJournal;
  /** The most steps that were under way at the same time, wherever. */
  mostParallel = 0;
  readonly fetches: string[] = [];
  readonly builds: string[] = [];
  readonly #script: WorldScript;
  #inProcess = 0;

  constructor(script: WorldScript = {}) {
    this.#script = script;
    this.executor = new SimulatedExecutor(this.clock, this.store, (spec) => {
      this.#count(1);
      return script.behave?.(spec) ?? { ms: 1000 };
    });
    const isGone = (holder: LeaseHolder) => this.processes[holder.pid]?.isDead ?? true;
    this.journal = new MemoryJournal({ id: 'simulated', processes: { isGone } });
  }

  /** A new process that conducts; it dies or freezes at that call to the world. */
  conductor(stopAt?: number, how?: 'die' | 'freeze'): { readonly runs: RunConductor; readonly process: Mortal } {
    const process = new Mortal(this.processes.length, stopAt, how);
    this.processes.push(process);
    const world: RunWorld = {
      journal: process.seen(this.journal.connect(), 'journal'),
      clock: process.seen(this.clock, 'clock'),
      holder: { host: 'here', bootId: 'boot', pid: process.pid, startTime: '1' },
      store: process.seen(this.store, 'store') as unknown as RunWorld['store'],
      trees: process.seen(this.store, 'trees') as unknown as RunWorld['trees'],
      executor: process.seen(this.executor, 'executor'),
      builder: process.seen(this.#builder(), 'builder'),
      sources: process.seen(this.#sources(), 'sources'),
      parallelSteps: this.#script.parallelSteps ?? 2,
    };
    return { runs: new RunConductor(world), process };
  }

  #count(more: number): void {
    this.mostParallel = Math.max(this.mostParallel, this.#inProcess + this.executor.running().length + more);
  }

  async #busy(ms: number, signal: AbortSignal): Promise<void> {
    this.#inProcess += 1;
    this.#count(0);
    await this.clock.sleepUntil(toInstant(this.clock.now() + ms), signal);
    this.#inProcess -= 1;
    signal.throwIfAborted();
  }

  #sources(): SourceFetcher {
    return {
      fetch: async (name, source, _baseDir, signal) => {
        this.fetches.push(name);
        await this.#busy(this.#script.buildMs?.(name) ?? 200, signal);
        const error = this.#script.fetchError?.(name);
        if (error !== undefined) throw error;
        const blob = await this.store.put(
          Buffer.from(`source ${name} ${canonicalJson(source as unknown as JsonValue)}`),
        );
        const { sha256: tree } = await this.store.storeTree([{ path: `${name}.txt`, mode: 0o644, ...blob }]);
        const commit = source.kind === 'git' ? { commitEpochS: 1_700_000_000 } : {};
        return { tree, origin: `test ${name}`, proof: 'none', warnings: [], ...commit };
      },
    };
  }

  #builder(): PackageBuilder {
    return {
      build: async (request, signal) => {
        const fileName = `${request.options.name}-${request.version}.${request.format}`;
        this.builds.push(fileName);
        await this.#busy(this.#script.buildMs?.(fileName) ?? 500, signal);
        const text = canonicalJson(request as unknown as JsonValue) + (this.#script.buildSalt?.() ?? '');
        const blob = await this.store.put(Buffer.from(text));
        return { fileName, ...blob, facts: { format: 'file' } };
      },
      inspect: async () => ({ format: 'file' }),
    };
  }
}
