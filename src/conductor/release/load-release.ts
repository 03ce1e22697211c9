import { lineStream, releaseStream } from '../../domain/journal/streams.ts';
import { foldLine, type LineState } from '../../domain/release/line-state.ts';
import { ReleaseNotFoundError } from '../../domain/release/release-errors.ts';
import { foldRelease, type ReleaseState } from '../../domain/release/release-state.ts';
import type { Journal } from '../../ports/journal.ts';

const PREFIX = releaseStream('');

/** @throws {ReleaseNotFoundError} naming those that exist. */
export async function loadRelease(journal: Journal, id: string): Promise<ReleaseState> {
  const release = foldRelease(id, await journal.read(releaseStream(id)));
  if (release !== undefined) return release;
  const known = await journal.streams(PREFIX);
  throw new ReleaseNotFoundError(
    id,
    known.map(({ stream }) => stream.slice(PREFIX.length)),
  );
}

/** Every release of the journal, oldest plan first. */
export async function listReleases(journal: Journal): Promise<readonly ReleaseState[]> {
  const streams = await journal.streams(PREFIX);
  const releases = await Promise.all(streams.map(({ stream }) => loadRelease(journal, stream.slice(PREFIX.length))));
  return releases.sort((a, b) => a.position - b.position);
}

export async function loadLine(journal: Journal, line: string): Promise<LineState> {
  return foldLine(await journal.read(lineStream(line)));
}

/** Releases of the journal's other lines: what they brought into a shared channel follows another order of versions. */
export async function releasesOfOthers(journal: Journal, line: string): Promise<ReadonlySet<string>> {
  const prefix = lineStream('');
  const streams = await journal.streams(prefix);
  const others = streams.map(({ stream }) => stream.slice(prefix.length)).filter((name) => name !== line);
  const lines = await Promise.all(others.map(async (name) => await loadLine(journal, name)));
  return new Set(lines.flatMap(({ versions }) => versions.map(({ release }) => release)));
}
