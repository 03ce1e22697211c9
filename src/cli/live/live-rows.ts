import type { Entry } from '../../domain/journal/entry.ts';
import { foldRelease } from '../../domain/release/release-state.ts';
import { type StatusRow, statusReport } from '../../domain/release/status-report.ts';
import { emptyRun, foldRun } from '../../domain/run/fold-run.ts';
import type { AttemptName, ReleaseId } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import type { Terminal } from '../context.ts';
import { formatRow } from '../output/format-row.ts';
import { paint, printable } from '../output/paint.ts';
import { followRelease } from './follow-release.ts';
import type { ProgressSource } from './show-progress.ts';

const REDRAW_MS = 200;

/** Rows per step, redrawn in place: state, elapsed time, last log line, what it waits for and until when. */
export class LiveRows {
  readonly #terminal: Terminal;
  readonly #source: ProgressSource;
  readonly #release: string;
  readonly #lastLines = new Map<string, string>();
  #drawn = 0;

  constructor(terminal: Terminal, source: ProgressSource, release: string) {
    this.#terminal = terminal;
    this.#source = source;
    this.#release = release;
  }

  /** Redraws until `signal` aborts, then once more, and leaves the rows standing. */
  async run(position: number, signal: AbortSignal): Promise<void> {
    const reading = this.#followLogs(position, signal);
    const { clock } = this.#source;
    while (!signal.aborted) {
      await this.#draw();
      await clock.sleepUntil(toInstant(clock.now() + REDRAW_MS), signal);
    }
    await this.#draw();
    await reading;
  }

  async #followLogs(position: number, signal: AbortSignal): Promise<void> {
    const logs: Promise<void>[] = [];
    for await (const entry of followRelease(this.#source.journal, this.#release, position, signal)) {
      if (entry.type === 'attempt.accepted') logs.push(this.#followLog(entry, signal));
    }
    await Promise.all(logs);
  }

  async #followLog(entry: Entry, signal: AbortSignal): Promise<void> {
    const attempt = entry.data['attempt'] as AttemptName;
    for await (const line of this.#source.executor.logs(attempt, { follow: true, signal })) {
      this.#lastLines.set(String(entry.data['step']), printable(line.text));
    }
  }

  async #draw(): Promise<void> {
    const { journal, clock } = this.#source;
    const id = this.#release as ReleaseId;
    const release = foldRelease(id, await journal.read(`release/${id}`));
    if (release === undefined) return;
    const report = statusReport(release, foldRun(emptyRun(id), await journal.read(`run/${id}`)), clock.now());
    const color = paint(this.#terminal.hasColor);
    const lines = [
      color.bold(`${report.release}  ${report.phase}`),
      ...report.rows.map((row) => formatRow(this.#withLogLine(row), clock.now(), color, this.#terminal.columns)),
    ];
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    this.#terminal.err(`${up}${lines.map((line) => `\u001b[2K${line}`).join('\n')}\u001b[J`);
    this.#drawn = lines.length;
  }

  #withLogLine(row: StatusRow): StatusRow {
    const line = this.#lastLines.get(row.id);
    return row.state !== 'running' || line === undefined ? row : { ...row, detail: line };
  }
}
