import type { Entry } from '../../domain/journal/entry.ts';
import { releaseStream, runStream } from '../../domain/journal/streams.ts';
import { activityOf, withActivity } from '../../domain/release/activity.ts';
import type { Goal } from '../../domain/release/next-release-action.ts';
import { foldRelease, type ReleaseState } from '../../domain/release/release-state.ts';
import { type StatusReport, statusReport } from '../../domain/release/status-report.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import type { RunState } from '../../domain/run/run-state.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Journal } from '../../ports/journal.ts';

/** One release as it stands, kept up to date by the facts it is told: nothing is read again for every redraw. */
export class ReleaseView {
  readonly #id: string;
  #release: ReleaseState | undefined;
  #entries: readonly Entry[];
  #run: RunState;
  #lastAt: Instant | undefined;

  private constructor(id: string, release: readonly Entry[], run: readonly Entry[]) {
    this.#id = id;
    this.#entries = release;
    this.#release = foldRelease(id, release);
    this.#run = foldRun(emptyRun(id as ReleaseId), run);
    this.#lastAt = [release.at(-1)?.at, run.at(-1)?.at].reduce((a, b) => ((a ?? 0) > (b ?? 0) ? a : b));
  }

  static async read(journal: Journal, id: string): Promise<ReleaseView> {
    return new ReleaseView(id, await journal.read(releaseStream(id)), await journal.read(runStream(id)));
  }

  get run(): RunState {
    return this.#run;
  }

  /** A fact that was recorded since; one that is known already changes nothing. */
  add(entry: Entry): void {
    if (entry.stream === runStream(this.#id) && entry.seq > this.#run.seq) {
      this.#run = foldRun(this.#run, [entry]);
      this.#lastAt = entry.at;
    }
    if (entry.stream === releaseStream(this.#id) && entry.seq > (this.#entries.at(-1)?.seq ?? 0)) {
      this.#entries = [...this.#entries, entry];
      this.#release = foldRelease(this.#id, this.#entries);
      this.#lastAt = entry.at;
    }
  }

  /**
   * @param conducted how far the process that works on it wants to go; undefined when none does.
   * @returns undefined when there is no such release.
   */
  report(now: Instant, conducted: Goal | undefined): StatusReport | undefined {
    if (this.#release === undefined) return undefined;
    const report = statusReport(this.#release, this.#run, now);
    if (conducted === undefined) return report;
    const activity = activityOf(this.#release, this.#run, conducted, now);
    return { ...report, rows: withActivity(report.rows, activity, this.#lastAt ?? now) };
  }

  /** What a conductor with that goal is busy with now. */
  activity(now: Instant, goal: Goal): ReturnType<typeof activityOf> {
    return this.#release === undefined ? undefined : activityOf(this.#release, this.#run, goal, now);
  }
}
