import type { OpenedState } from '../../compose.ts';
import { neededArtifacts } from '../../conductor/artifacts/needed-artifacts.ts';
import { type StoreReport, verifyStore } from '../../conductor/artifacts/verify-store.ts';
import { exportJournal } from '../../conductor/journal/export-journal.ts';
import { showJournal } from '../../conductor/journal/show-journal.ts';
import { verifyJournal } from '../../conductor/journal/verify-journal.ts';
import type { JournalFinding } from '../../domain/journal/verify-entries.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { Journal } from '../../ports/journal.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { describeError, exitOfError } from '../output/describe-error.ts';
import { harmlessJson, JsonList, printJson } from '../output/print-json.ts';
import { oneLine } from '../output/printable.ts';
import { UsageError } from '../usage-error.ts';

export async function run(context: CliContext, [action = '', stream]: readonly string[]): Promise<ExitCode> {
  if (!['show', 'export', 'verify'].includes(action)) {
    throw new UsageError(`journal ${action} is no action.`, 'Say show, export or verify.');
  }
  if (action === 'verify' && stream !== undefined)
    throw new UsageError('journal verify reads the whole journal: it takes no stream.', 'Leave the stream out.');
  return await withState(context, 'read', async (state) => {
    if (action === 'verify') return await verify(context, state);
    const { recorded } = state;
    if (stream !== undefined) await assertStream(recorded, stream);
    const filter = stream === undefined ? {} : { stream };
    if (context.output === 'json') return await printEntries(context, exportJournal(recorded, filter));
    for await (const line of action === 'show' ? showJournal(recorded, filter) : exportJournal(recorded, filter)) {
      if (!context.terminal.isOpen) break;
      context.terminal.out(action === 'show' ? line : harmlessJson(line));
    }
    return EXIT.done;
  });
}

/** A name that was written wrong must not look like a stream in which nothing has happened. */
async function assertStream(journal: Journal, stream: string): Promise<void> {
  const known = (await journal.streams('')).map((head) => head.stream);
  if (known.includes(stream)) return;
  throw new UsageError(`There is no stream ${stream} in this journal.`, `It has: ${known.join(', ') || 'none'}.`);
}

/** `show` and `export` for programs: the same entries, as one document instead of one a line. */
async function printEntries({ terminal }: CliContext, lines: AsyncIterable<string>): Promise<ExitCode> {
  const list = new JsonList(terminal, {}, 'entries');
  try {
    for await (const line of lines) {
      if (!terminal.isOpen) break;
      list.add(JSON.parse(line));
    }
  } catch (cause) {
    list.end({ exit: exitOfError(cause), error: describeError(cause) });
    return exitOfError(cause);
  }
  list.end({ exit: EXIT.done });
  return EXIT.done;
}

/** Reads every entry again, and every artifact: numbering, digests, shapes, references. Exit 4 when something does not fit. */
async function verify(context: CliContext, state: OpenedState): Promise<ExitCode> {
  const { terminal, output } = context;
  const findings: JournalFinding[] = [];
  const reading = verifyJournal(state.recorded);
  let next = await reading.next();
  for (; next.done !== true; next = await reading.next()) findings.push(next.value);
  const { entries } = next.value;
  const store = await verifyStore(
    await context.parts.openArtifacts(context, state),
    findings.length === 0 ? await neededArtifacts(state.journal) : new Map(),
  );
  const isSound = findings.length === 0 && store.damaged.length === 0 && store.missing.length === 0;
  const exit = isSound ? EXIT.done : EXIT.verification;
  if (output === 'json') printJson(terminal, { exit, entries, findings, store });
  else {
    for (const { stream, seq, says } of findings) terminal.out(oneLine(`${stream} ${seq}: ${says}`));
    const verdict = findings.length === 0 ? 'each as it was written' : `${findings.length} findings`;
    terminal.out(`${entries} entries, ${verdict}`);
    printStore(terminal, store);
  }
  return exit;
}

function printStore(terminal: CliContext['terminal'], { artifacts, sizeBytes, damaged, missing }: StoreReport): void {
  for (const { sha256, path, neededBy } of damaged)
    terminal.out(oneLine(`artifact ${sha256} is damaged (${path})${neededBy === undefined ? '' : `: ${neededBy}`}`));
  for (const { sha256, neededBy } of missing) terminal.out(oneLine(`artifact ${sha256} is missing: ${neededBy}`));
  const wrong = damaged.length + missing.length;
  terminal.out(`${artifacts} artifacts, ${sizeBytes} bytes, ${wrong === 0 ? 'each as it was put' : `${wrong} wrong`}`);
  const needing = [...damaged, ...missing].flatMap(({ neededBy }) => neededBy?.split(',')[0] ?? []);
  for (const release of new Set(needing))
    terminal.out(`next: slipway stage ${release}    (makes the same bytes again; look at the disk first)`);
}
