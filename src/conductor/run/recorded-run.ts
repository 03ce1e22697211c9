import type { NewEvent } from '../../domain/journal/entry.ts';
import { runStream } from '../../domain/journal/streams.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Append, type Journal, JournalConflictError } from '../../ports/journal.ts';

/** What to record, given all that is known by then; nothing when it is no news any more. */
export type Decide = (state: RunState) => readonly NewEvent[];

/** Stream `run/<id>` and its fold. Appends go one after the other; a conflict means that there is more to know first. */
export class RecordedRun {
  readonly id: ReleaseId;
  readonly #ports: { readonly journal: Journal; readonly clock: Clock };
  #state: RunState;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(ports: { readonly journal: Journal; readonly clock: Clock }, id: ReleaseId) {
    this.#ports = ports;
    this.id = id;
    this.#state = emptyRun(id);
  }

  static async load(ports: { readonly journal: Journal; readonly clock: Clock }, id: ReleaseId): Promise<RecordedRun> {
    const run = new RecordedRun(ports, id);
    await run.reload();
    return run;
  }

  get stream(): string {
    return runStream(this.id);
  }

  get state(): RunState {
    return this.#state;
  }

  /** Takes in what others have added. */
  async reload(): Promise<void> {
    await this.#inTurn(() => this.#catchUp());
  }

  /** @throws {LeaseLostError} a lease of `lease` is not ours any more; nothing was written. */
  async record(by: string, decide: Decide, leases: Append['leases'] = []): Promise<void> {
    await this.#inTurn(async () => {
      for (;;) {
        const events = decide(this.#state);
        if (events.length === 0) return;
        try {
          const writes = [{ stream: this.stream, expectedSeq: this.#state.seq, events }];
          const entries = await this.#ports.journal.append({ by, at: this.#ports.clock.now(), writes, leases });
          this.#state = foldRun(this.#state, entries);
          return;
        } catch (error) {
          if (!(error instanceof JournalConflictError)) throw error;
          await this.#catchUp(); // somebody added a fact: decide again with it
        }
      }
    });
  }

  async #catchUp(): Promise<void> {
    this.#state = foldRun(this.#state, await this.#ports.journal.read(this.stream, this.#state.seq));
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined); // its caller hears of it; the next in the queue starts all the same
    return turn;
  }
}
