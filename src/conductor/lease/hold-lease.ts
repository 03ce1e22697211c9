import { toInstant } from '../../kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Journal, Lease, LeaseHolder } from '../../ports/journal.ts';

/** Time to live and heartbeat of a lease (architecture 3): a dead holder elsewhere is taken over within this. */
const TTL_MS = 4000;
const HEARTBEAT_MS = 1000;

export interface LeasePorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly holder: LeaseHolder;
}

/** A lease with its heartbeat. Pass `guard` with every append: the journal refuses it once the lease is lost. */
export interface HeldLease {
  readonly name: string;
  readonly epoch: number;
  readonly guard: { readonly name: string; readonly epoch: number };
  /** Aborts, with the LeaseLostError as reason, when a heartbeat finds the lease lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes the lease and keeps it until `release`; undefined when another process holds it. */
export async function holdLease(ports: LeasePorts, name: string): Promise<HeldLease | undefined> {
  const { journal, clock, holder } = ports;
  const taken = await journal.acquireLease(name, holder, TTL_MS, clock.now());
  if (taken === undefined) return undefined;

  const lost = new AbortController();
  const over = new AbortController();
  const beating = beat(ports, taken, { lost, over: over.signal });
  return {
    name,
    epoch: taken.epoch,
    guard: { name, epoch: taken.epoch },
    lost: lost.signal,
    release: async () => {
      over.abort();
      const last = await beating;
      if (lost.signal.aborted) return;
      // Given back in a `finally`: an error here would hide the one under way. Nothing is lost by it, the lease lapses by itself.
      await journal.releaseLease(last).catch(() => undefined);
    },
  };
}

/** @returns the lease as last renewed. */
async function beat(
  { journal, clock }: LeasePorts,
  first: Lease,
  signals: { lost: AbortController; over: AbortSignal },
): Promise<Lease> {
  let lease = first;
  for (;;) {
    await clock.sleepUntil(toInstant(clock.now() + HEARTBEAT_MS), signals.over);
    if (signals.over.aborted) return lease;
    try {
      lease = await journal.renewLease(lease, TTL_MS, clock.now());
    } catch (cause) {
      // Lost, or the journal cannot be reached: either way nothing more may be done under this lease.
      signals.lost.abort(cause);
      return lease;
    }
  }
}
