import fc from 'fast-check';
import { expect } from 'vitest';
import { toInstant } from '../../src/kernel/instant.ts';
import {
  type Append,
  type Journal,
  JournalConflictError,
  type LeaseHolder,
  LeaseLostError,
} from '../../src/ports/journal.ts';

const STREAMS = ['line/a', 'run/a', 'run/b'] as const;
const LEASE = 'target/a';
const TTL_MS = 4000;

const stream = fc.constantFrom(...STREAMS);
const rarely = fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const via = fc.nat(1);

/** Things that two connections to one journal do, now and then with what was true a moment ago. */
export const journalSteps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('append' as const),
        via,
        writes: fc.array(fc.record({ stream, count: fc.nat(3), isStale: rarely }), { maxLength: 3 }),
        unchanged: fc.option(fc.record({ stream, isStale: rarely }), { nil: undefined }),
        lease: fc.constantFrom('none' as const, 'none' as const, 'current' as const, 'older' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        does: fc.constantFrom('take' as const, 'renew' as const, 'give back' as const),
        via,
        pid: fc.nat(2),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat(3 * TTL_MS) }) },
  ),
  { maxLength: 40 },
);
type Step = typeof journalSteps extends fc.Arbitrary<infer Steps extends readonly unknown[]> ? Steps[number] : never;
type AppendStep = Extract<Step, { does: 'append' }>;
type LeaseStep = Extract<Step, { does: 'take' | 'renew' | 'give back' }>;

/** What a journal is, as plainly as it can be said: lists of numbers, and who holds the lease until when. */
class Model {
  readonly streams = new Map<string, number[]>(STREAMS.map((name) => [name, []]));
  readonly all: number[] = [];
  now = 0;
  lease = { epoch: 0, pid: undefined as number | undefined, until: 0 };

  seqOf(name: string): number {
    return this.streams.get(name)?.length ?? 0;
  }

  record(name: string, n: number): void {
    this.streams.get(name)?.push(n);
    this.all.push(n);
  }
}

const another = (seq: number): number => (seq === 0 ? 1 : seq - 1);
const holder = (pid: number): LeaseHolder => ({ host: 'here', bootId: 'boot', pid, startTime: '1' });

/** Runs the steps on the journal and on the model: both take and refuse the same, and hold the same in the end. */
export async function expectToAgreeWithModel(connections: readonly Journal[], steps: readonly Step[]): Promise<void> {
  const model = new Model();
  const connectionOf = (step: { via: number }): Journal => connections[step.via % connections.length] as Journal;
  for (const step of steps) {
    if (step.does === 'wait') model.now += step.ms;
    else if (step.does === 'append') await append(model, connectionOf(step), step);
    else await moveLease(model, connectionOf(step), step);
  }
  for (const journal of connections) {
    const numbersOf = (entries: Awaited<ReturnType<Journal['read']>>): unknown[] =>
      entries.map(({ data }) => data['n']);
    for (const [name, numbers] of model.streams) expect(numbersOf(await journal.read(name))).toEqual(numbers);
    expect(numbersOf(await journal.readFrom(0, 1000))).toEqual(model.all);
    const heads = (await journal.streams('')).map((head) => [head.stream, head.seq]);
    expect(heads).toEqual(
      [...model.streams].filter(([, { length }]) => length > 0).map(([name, { length }]) => [name, length]),
    );
    expect((await journal.leaseHolder(LEASE))?.holder.pid).toBe(model.lease.pid);
  }
}

async function append(model: Model, journal: Journal, step: AppendStep): Promise<void> {
  const seqs = new Map<string, number>();
  const added: [stream: string, n: number][] = [];
  const writes = step.writes.map(({ stream: name, count, isStale }) => {
    const seq = seqs.get(name) ?? model.seqOf(name);
    const numbers = Array.from({ length: count }, (_, i) => model.all.length + added.length + i);
    for (const n of numbers) added.push([name, n]);
    seqs.set(name, seq + count);
    const events = numbers.map((n) => ({ type: 'test.noted', v: 1, data: { n } }));
    return { stream: name, expectedSeq: isStale ? another(seq) : seq, events };
  });
  const { epoch, pid } = model.lease;
  const guard = step.unchanged;
  const request: Append = {
    by: 'model',
    at: toInstant(model.now),
    writes,
    unchanged: guard
      ? [{ stream: guard.stream, seq: guard.isStale ? another(model.seqOf(guard.stream)) : model.seqOf(guard.stream) }]
      : [],
    leases: step.lease === 'none' ? [] : [{ name: LEASE, epoch: step.lease === 'older' ? epoch - 1 : epoch }],
  };
  const isFenced = step.lease === 'older' || (step.lease === 'current' && pid === undefined);
  const isStale = guard?.isStale === true || step.writes.some((write) => write.isStale);
  const outcome = journal.append(request);
  if (isFenced) await expect(outcome).rejects.toBeInstanceOf(LeaseLostError);
  else if (isStale) await expect(outcome).rejects.toBeInstanceOf(JournalConflictError);
  else {
    expect((await outcome).map(({ data }) => data['n'])).toEqual(added.map(([, n]) => n));
    for (const [name, n] of added) model.record(name, n);
  }
}

async function moveLease(model: Model, journal: Journal, { does, pid }: LeaseStep): Promise<void> {
  const { lease } = model;
  const now = toInstant(model.now);
  const mine = { name: LEASE, holder: holder(pid), epoch: lease.epoch, expiresAt: toInstant(lease.until) };
  if (does === 'take') {
    const isFree = lease.pid === undefined || lease.until <= model.now;
    const taken = await journal.acquireLease(LEASE, holder(pid), TTL_MS, now);
    expect(taken?.epoch).toBe(isFree ? lease.epoch + 1 : undefined);
    if (isFree) model.lease = { epoch: lease.epoch + 1, pid, until: model.now + TTL_MS };
  } else if (does === 'renew') {
    if (lease.pid === undefined)
      await expect(journal.renewLease(mine, TTL_MS, now)).rejects.toBeInstanceOf(LeaseLostError);
    else {
      expect((await journal.renewLease(mine, TTL_MS, now)).expiresAt).toBe(model.now + TTL_MS);
      lease.until = model.now + TTL_MS;
    }
  } else {
    await journal.releaseLease(mine);
    lease.pid = undefined;
  }
}
