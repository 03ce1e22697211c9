import { nextRunActions } from '../../domain/run/next-run-actions.ts';
import type { Receipt } from '../../domain/run/receipts.ts';
import type { EffectAction, RunAction, RunGoal } from '../../domain/run/run-action.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import { workDigest } from '../../domain/run/step-work.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { type Acting, act } from './act.ts';
import { Bell } from './bell.ts';
import type { RecordedRun } from './recorded-run.ts';
import type { RunWorld } from './run-world.ts';

/** An effect under way. Its slot holds one at a time: a step never does two things at once, except being stopped while watched. */
interface UnderWay {
  readonly key: string;
  readonly wanted: AbortController;
  readonly over: Promise<void>;
}

/** Who wrote what nobody asked for by hand. */
const CONDUCTOR = 'conductor';

/** One process conducting one run under its lease: decide, record, act, record, until nothing more can be done. */
export class RunSession {
  readonly #world: RunWorld;
  readonly #run: RecordedRun;
  readonly #lease: HeldLease;
  readonly #goal: RunGoal;
  readonly #bell = new Bell();
  readonly #underWay = new Map<string, UnderWay>();
  #broken: { readonly error: unknown } | undefined;

  constructor(world: RunWorld, run: RecordedRun, lease: HeldLease, goal: RunGoal) {
    this.#world = world;
    this.#run = run;
    this.#lease = lease;
    this.#goal = goal;
  }

  /**
   * @returns whether everything came to its end, or the caller's signal ended it first. Attempts on agents run on then.
   * @throws {LeaseLostError} another process conducts the run now.
   */
  async conduct(signal: AbortSignal): Promise<'settled' | 'interrupted'> {
    const end = AbortSignal.any([signal, this.#lease.lost]);
    const ring = () => this.#bell.ring();
    end.addEventListener('abort', ring);
    const following = new AbortController();
    const followed = this.#follow(following.signal);
    let isSettled = false;
    try {
      while (!end.aborted && this.#broken === undefined) {
        isSettled = !(await this.#goOn());
        if (isSettled) break;
        await this.#bell.wait();
      }
    } catch (error) {
      this.#broken ??= { error };
    } finally {
      end.removeEventListener('abort', ring);
      following.abort();
      for (const { wanted } of this.#underWay.values()) wanted.abort();
      await Promise.all([followed, ...[...this.#underWay.values()].map(({ over }) => over)]);
    }
    this.#lease.lost.throwIfAborted();
    if (this.#broken !== undefined) throw this.#broken.error;
    return isSettled ? 'settled' : 'interrupted';
  }

  /** Records all that follows from what is known, then sees to it that exactly the effects that are wanted now are under way. */
  async #goOn(): Promise<boolean> {
    let actions = this.#next(this.#run.state);
    while (actions.some((action) => action.do === 'record')) {
      await this.#run.record(CONDUCTOR, (state) => recordsOf(this.#next(state)), [this.#lease.guard]);
      actions = this.#next(this.#run.state);
    }
    const wanted = new Map(actions.flatMap((action) => (action.do === 'record' ? [] : [[slotOf(action), action]])));
    for (const [slot, { key, wanted: control }] of this.#underWay) {
      const effect = wanted.get(slot);
      if (effect === undefined || keyOf(effect) !== key) control.abort();
    }
    for (const [slot, effect] of wanted) if (!this.#underWay.has(slot)) this.#begin(slot, effect);
    return this.#underWay.size > 0;
  }

  #next(state: RunState): readonly RunAction[] {
    return nextRunActions(state, this.#world.clock.now(), this.#world, this.#goal);
  }

  #begin(slot: string, effect: EffectAction): void {
    const wanted = new AbortController();
    const over = this.#effect(effect, wanted.signal)
      .catch((error: unknown) => {
        // An effect that was called off may end in any way; what it did is asked again when it is wanted again.
        if (!wanted.signal.aborted) this.#broken ??= { error };
      })
      .finally(() => {
        this.#underWay.delete(slot);
        this.#bell.ring();
      });
    this.#underWay.set(slot, { key: keyOf(effect), wanted, over });
  }

  async #effect(effect: EffectAction, signal: AbortSignal): Promise<void> {
    const { plan } = this.#run.state;
    if (plan === undefined) return; // without a plan there are no steps, and nothing to do
    const acting: Acting = { world: this.#world, plan };
    await this.#record(await act(acting, effect, signal));
  }

  /** A receipt that cannot be written breaks the session, also when its effect was called off meanwhile. */
  async #record(receipt: Receipt): Promise<void> {
    try {
      await this.#run.record(CONDUCTOR, receipt, [this.#lease.guard]);
    } catch (error) {
      this.#broken ??= { error };
    }
  }

  /** What other processes add (a cancel, a decision, a new plan) is seen at once. */
  async #follow(signal: AbortSignal): Promise<void> {
    try {
      const position = await this.#world.journal.head();
      await this.#run.reload();
      this.#bell.ring();
      for await (const entry of this.#world.journal.follow(position, signal)) {
        if (entry.stream !== this.#run.stream || entry.seq <= this.#run.state.seq) continue;
        await this.#run.reload();
        this.#bell.ring();
      }
    } catch (error) {
      if (signal.aborted) return; // the journal was let go
      this.#broken ??= { error };
      this.#bell.ring();
    }
  }
}

const recordsOf = (actions: readonly RunAction[]) =>
  actions.flatMap((action) => (action.do === 'record' ? action.events : []));

function slotOf(effect: EffectAction): string {
  switch (effect.do) {
    case 'stop':
      return `stop ${effect.attempt}`;
    case 'clean-up':
      return `clean-up ${effect.attempt}`;
    default:
      return effect.step;
  }
}

function keyOf(effect: EffectAction): string {
  switch (effect.do) {
    case 'make':
      return `make ${workDigest(effect.work)}`;
    case 'start':
    case 'collect':
      return `${effect.do} ${effect.spec.name}`;
    case 'sleep':
      return `sleep ${effect.until}`;
    default:
      return `${effect.do} ${effect.attempt}`;
  }
}
