import { loadRelease } from '../../conductor/release/load-release.ts';
import type { ClientReport, ReleaseState } from '../../domain/release/release-state.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { formatRow, formatTime } from '../output/format-row.ts';
import { candidateJson, clientReportJson, promotionJson, statusJson } from '../output/json-shapes.ts';
import { paint } from '../output/paint.ts';
import { printJson } from '../output/print-json.ts';
import { oneLine, printable } from '../output/printable.ts';
import { readStatus } from '../status/read-status.ts';

export async function run(context: CliContext, [id = '']: readonly string[]): Promise<ExitCode> {
  return await withState(context, 'read', async (state) => {
    const release = await loadRelease(state.journal, id);
    const status = await readStatus(context, state, release);
    const { terminal } = context;
    if (context.output === 'json') {
      printJson(terminal, {
        exit: EXIT.done,
        status: statusJson(status),
        plannedAt: formatInstant(release.plannedAt),
        authors: [...release.authors],
        plan: release.plan,
        candidate: candidateJson(release.candidate),
        verified: clientReportJson(release.verified),
        provedLive: clientReportJson(release.provedLive),
        promotion: promotionJson(release.promotion),
        words: release.words.map((word) => ({ ...word, at: formatInstant(word.at) })),
      });
      return EXIT.done;
    }
    const now = state.clock.now();
    const say = (line: string): void => terminal.out(line);
    const authors = [...release.authors].join(', ');
    say(
      `${id}: version ${release.plan.version}, ${release.phase}, planned ${formatTime(release.plannedAt, now)} by ${authors}`,
    );
    say(`plan ${release.plan.number}, digest ${release.digest}`);
    for (const row of status.rows) say(formatRow(row, now, paint(terminal.hasColor)));
    printPlan(say, release);
    printWords(say, release, now);
    printProofs(say, 'Proved before promotion', release.verified);
    printProofs(say, 'Proved live', release.provedLive);
    return EXIT.done;
  });
}

type Say = (line: string) => void;

function printPlan(say: Say, { plan }: ReleaseState): void {
  say('Packages');
  for (const row of plan.packages) {
    const bytes = row.sizeBytes === undefined || row.sizeBytes === null ? '' : `${row.sizeBytes} bytes`;
    say(oneLine(`  ${row.package.padEnd(12)} ${row.file ?? 'not built yet'}  ${bytes}  ${row.sha256 ?? ''}`).trimEnd());
  }
  for (const target of plan.targets) {
    say(`Change of ${target.target} (undo: ${target.undo})`);
    for (const change of target.change) {
      for (const entry of change.added) say(oneLine(`  ${change.repository}: + ${entry}`));
      for (const entry of change.removed) say(oneLine(`  ${change.repository}: - ${entry}`));
      for (const entry of change.changed) say(oneLine(`  ${change.repository}: ! ${entry}`));
    }
  }
}

/** What people said at the gates, all of it: also words that count no more. */
function printWords(say: Say, { words, digest }: ReleaseState, now: Instant): void {
  if (words.length > 0) say('Said at the gates');
  for (const word of words) {
    const of =
      'digest' in word
        ? ` plan ${word.digest.slice(0, 12)}${word.digest === digest ? '' : ' (not the current one)'}`
        : '';
    say(`  ${formatTime(word.at, now)}  ${word.by} ${word.word}${of} at ${word.gate}`);
  }
}

function printProofs(say: Say, title: string, report: ClientReport | undefined): void {
  if (report === undefined) return;
  say(`${title} (generation ${report.generation.number})`);
  for (const row of report.evidence) {
    const where = `${row.repository}, ${Math.round(row.durationMs)} ms`;
    say(oneLine(`  ${row.passed ? 'ok    ' : 'FAILED'} ${row.client}: ${row.did} (${where})`));
    if (!row.passed) for (const line of printable(row.said).trimEnd().split('\n')) say(`           ${line}`);
  }
  for (const row of report.notRun) say(oneLine(`  not run: ${row.client}: ${row.because}`));
}
