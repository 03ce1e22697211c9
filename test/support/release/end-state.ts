import { foldLine } from '../../../src/domain/release/line-state.ts';
import { foldRelease } from '../../../src/domain/release/release-state.ts';
import { foldTarget } from '../../../src/domain/repository/target-state.ts';
import type { ReleaseHouse } from './release-house.ts';

interface EndState {
  readonly seen: unknown;
  readonly staged: number | undefined;
  readonly pointer: number | undefined;
  readonly sealed: readonly number[];
  readonly events: Readonly<Record<string, unknown>>;
}

/** What users get, and what the journal says happened: everything but times, epochs, positions and "was there". */
export async function endState(house: ReleaseHouse): Promise<EndState> {
  const origin = house.origin();
  const pointer = await origin.current('stable');
  const current = pointer && (await origin.generation('stable', pointer.number));
  const streams = await house.journal.streams('');
  const events: Record<string, unknown> = {};
  for (const { stream } of streams.filter((row) => !row.stream.startsWith('run/'))) {
    events[stream] = (await house.journal.read(stream)).map(({ type, by, data }) => [type, by, plain(data)]);
  }
  return {
    pointer: pointer?.number,
    seen: Object.entries(current?.repositories ?? {}).map(([name, { packages, latest }]) => ({
      name,
      latest,
      packages: packages.map(({ fileName, sha256 }) => `${fileName} ${sha256}`),
    })),
    staged: (await origin.staged('stable'))?.number,
    sealed: (await origin.generations('stable')).map(({ number }) => number),
    events,
  };
}

const MOMENTS = new Set([
  'date',
  'deadlineAt',
  'keepUntil',
  'epoch',
  'wasThere',
  'releasedAt',
  'durationMs',
  'position',
]);

/** Digests of generations hold times and positions of the journal: their numbers say which is meant. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const isGeneration = 'number' in value && 'digest' in value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !MOMENTS.has(key) && !(isGeneration && key === 'digest') && key !== 'key')
      .map(([key, member]) => [key, plain(member)]),
  );
}

/** promotion.md 11, 2 to 8 and 10: what must hold at any moment, whatever was killed. @returns what does not. */
export async function brokenPromises(house: ReleaseHouse): Promise<readonly string[]> {
  const broken: string[] = [];
  const origin = house.origin();
  const pointer = await origin.current('stable');
  if (pointer !== undefined) {
    for await (const { path, problem } of origin.audit('stable', pointer.number)) broken.push(`3: ${path} ${problem}`);
  }
  const { flips } = foldTarget(await house.journal.read('target/stable/tree'));
  // A move that was answered with "not done" may be asked for again, under the same key when it is the same effect.
  const done = flips.filter(({ receipt }) => receipt === 'done');
  const numbers = done.map(({ flip }) => flip.after.number);
  if (numbers.some((number, at) => number <= (numbers[at - 1] ?? 0)))
    broken.push(`7: pointer went ${numbers.join(', ')}`);
  if (new Set(done.map(({ flip }) => flip.key)).size !== done.length) broken.push('4: an effect twice');
  if (done.some((row, at) => row.kind === 'undo' && done[at - 1]?.kind === 'undo')) broken.push('6: undo of an undo');
  for (const { stream } of await house.journal.streams('line/')) {
    const entries = await house.journal.read(stream);
    const versions = foldLine(entries).versions.map(({ version }) => version);
    if (new Set(versions).size !== versions.length) broken.push(`8: ${stream} has a version twice`);
    let open = 0;
    for (const { type } of entries) {
      open += type === 'release.opened' || type === 'release.reopened' ? 1 : type === 'release.closed' ? -1 : 0;
      if (open < 0 || open > 1) broken.push(`8: ${stream} has ${open} open releases`);
    }
  }
  for (const { stream } of await house.journal.streams('release/')) {
    const entries = await house.journal.read(stream);
    entries.forEach((entry, at) => {
      if (entry.type !== 'release.promoting') return;
      const before = foldRelease('x', entries.slice(0, at));
      const approved =
        before?.config.lines[before.plan.line]?.gates.length === 0 || before?.approvedDigest === before?.digest;
      if (!approved) broken.push(`5: ${stream} flipped what nobody approved`);
      if (before?.candidate?.generation.digest !== before?.verified?.generation.digest)
        broken.push(`5: ${stream} flipped what nobody proved`);
    });
  }
  return broken;
}

/** promotion.md 11, 10: once everything is over, every intent has its receipt. */
export async function openIntents(house: ReleaseHouse): Promise<number> {
  const entries = await house.journal.read('target/stable/tree');
  const count = (what: RegExp) => entries.filter(({ type }) => what.test(type)).length;
  return count(/intended$/) - count(/done$/);
}
