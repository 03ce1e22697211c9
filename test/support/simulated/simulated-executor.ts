import type { AttemptExit, AttemptSpec, Collected } from '../../../src/domain/run/attempt.ts';
import type { AttemptName } from '../../../src/kernel/ids.ts';
import { type Instant, toInstant } from '../../../src/kernel/instant.ts';
import { canonicalJson, type JsonValue } from '../../../src/kernel/json.ts';
import type { Executor, LogLine, Sighting } from '../../../src/ports/executor.ts';
import { AttemptDiffersError } from '../../../src/ports/executor-error.ts';
import type { JumpingClock } from './jumping-clock.ts';
import type { MemoryStore } from './memory-store.ts';

/** What an attempt will do: how long, how it ends, what it leaves, what it says. */
export interface Behaviour {
  readonly ms: number;
  readonly exit?: AttemptExit;
  /** The agent dies under it at its end: no exit is ever found. */
  readonly isLost?: boolean;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly log?: readonly string[];
  readonly startError?: Error;
  readonly collectError?: Error;
}

interface Attempt {
  readonly spec: AttemptSpec;
  readonly behaviour: Behaviour;
  readonly startedAt: Instant;
  readonly endsAt: Instant;
  /** Aborts when it is stopped before its time. */
  readonly ended: AbortController;
  stopped?: { readonly at: Instant; readonly reason: string };
  isCleaned: boolean;
}

const WELL: AttemptExit = { how: 'exit', container: 'run', code: 0 };

/** Agents of the simulated world. They outlive any conductor, as real ones do. */
export class SimulatedExecutor implements Executor {
  readonly kind = 'simulated';
  /** Names in the order in which their commands began: no name may be here twice. */
  readonly begun: AttemptName[] = [];
  readonly stops: { readonly name: AttemptName; readonly reason: string }[] = [];
  readonly #attempts = new Map<AttemptName, Attempt>();
  readonly #neverBegin = new Map<AttemptName, string>();
  readonly #clock: JumpingClock;
  readonly #store: MemoryStore;
  readonly #behave: (spec: AttemptSpec) => Behaviour;

  constructor(clock: JumpingClock, store: MemoryStore, behave: (spec: AttemptSpec) => Behaviour) {
    this.#clock = clock;
    this.#store = store;
    this.#behave = behave;
  }

  async start(spec: AttemptSpec): Promise<void> {
    const known = this.#attempts.get(spec.name);
    const text = (value: AttemptSpec) => canonicalJson(value as unknown as JsonValue);
    if (known !== undefined && text(known.spec) !== text(spec)) throw new AttemptDiffersError(spec.name, 'simulated');
    if (known !== undefined || this.#neverBegin.has(spec.name)) return;
    const behaviour = this.#behave(spec);
    if (behaviour.startError !== undefined) throw behaviour.startError;
    const startedAt = this.#clock.now();
    const ms = Math.min(behaviour.ms, spec.timeoutMs);
    this.begun.push(spec.name);
    const endsAt = toInstant(startedAt + ms);
    this.#attempts.set(spec.name, {
      spec,
      behaviour,
      startedAt,
      endsAt,
      ended: new AbortController(),
      isCleaned: false,
    });
  }

  async lookup(name: AttemptName): Promise<Sighting> {
    const attempt = this.#attempts.get(name);
    const now = this.#clock.now();
    const reason = this.#neverBegin.get(name);
    if (reason !== undefined)
      return { state: 'exited', exit: { how: 'stopped', reason }, startedAt: now, endedAt: now };
    if (attempt === undefined) return { state: 'absent' };
    const { startedAt, endsAt, stopped, behaviour } = attempt;
    if (stopped !== undefined) {
      return { state: 'exited', exit: { how: 'stopped', reason: stopped.reason }, startedAt, endedAt: stopped.at };
    }
    if (now < endsAt) return { state: 'running', startedAt };
    if (behaviour.isLost === true) return { state: 'gone' };
    return { state: 'exited', exit: this.#exitOf(attempt), startedAt, endedAt: endsAt };
  }

  #exitOf({ behaviour, spec }: Attempt): AttemptExit {
    if (behaviour.ms > spec.timeoutMs) return { how: 'timeout', container: 'run', afterMs: spec.timeoutMs };
    return behaviour.exit ?? WELL;
  }

  async wait(name: AttemptName, signal: AbortSignal): Promise<Extract<Sighting, { state: 'exited' | 'gone' }>> {
    for (;;) {
      signal.throwIfAborted();
      const sighting = await this.lookup(name);
      if (sighting.state === 'exited' || sighting.state === 'gone') return sighting;
      if (sighting.state === 'absent') return { state: 'gone' };
      const attempt = this.#attempts.get(name);
      if (attempt === undefined) throw new Error(`${name} runs and is not known`);
      await this.#clock.sleepUntil(attempt.endsAt, AbortSignal.any([signal, attempt.ended.signal]));
    }
  }

  async stop(name: AttemptName, reason: string): Promise<void> {
    this.stops.push({ name, reason });
    const sighting = await this.lookup(name);
    if (sighting.state === 'absent') this.#neverBegin.set(name, reason);
    const attempt = this.#attempts.get(name);
    if (sighting.state !== 'running' || attempt === undefined) return;
    attempt.stopped = { at: this.#clock.now(), reason };
    attempt.ended.abort();
  }

  async *logs(name: AttemptName): AsyncIterable<LogLine> {
    const lines = this.#attempts.get(name)?.behaviour.log ?? [];
    for (const [i, text] of lines.entries()) {
      yield { next: i + 1, at: this.#clock.now(), container: 'run', stream: 'out', text, isComplete: true };
    }
  }

  async collect(spec: AttemptSpec): Promise<Collected> {
    const attempt = this.#attempts.get(spec.name);
    if (attempt === undefined || attempt.isCleaned) throw new Error(`nothing to collect from ${spec.name}`);
    if (attempt.behaviour.collectError !== undefined) throw attempt.behaviour.collectError;
    const outputs = Object.entries(attempt.behaviour.outputs ?? { 'out/made.bin': textOf(spec) });
    const files = [];
    for (const [path, text] of outputs)
      files.push({ path, mode: 0o644 as const, ...(await this.#store.put(Buffer.from(text))) });
    return { files, values: attempt.behaviour.values ?? {} };
  }

  async cleanUp(name: AttemptName): Promise<void> {
    const attempt = this.#attempts.get(name);
    if (attempt !== undefined) attempt.isCleaned = true;
  }

  isCleaned(name: AttemptName): boolean {
    return this.#attempts.get(name)?.isCleaned ?? true;
  }

  /** Attempts whose commands run now. */
  running(): readonly AttemptName[] {
    const now = this.#clock.now();
    return [...this.#attempts.values()]
      .filter(({ stopped, endsAt }) => stopped === undefined && now < endsAt)
      .map(({ spec }) => spec.name);
  }
}

/** Bytes that depend on all that defines the step, and on nothing else. */
const textOf = ({ name: _, timeoutMs: __, ...rest }: AttemptSpec): string =>
  canonicalJson(rest as unknown as JsonValue);
