import { exportJournal } from '../../conductor/journal/export-journal.ts';
import { showJournal } from '../../conductor/journal/show-journal.ts';
import { verifyJournal } from '../../conductor/journal/verify-journal.ts';
import type { JournalFinding } from '../../domain/journal/verify-entries.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { Journal } from '../../ports/journal.ts';
import type { CliContext } from '../context.ts';
import { printable } from '../output/paint.ts';
import { UsageError } from '../usage-error.ts';
import { withState } from './open-place.ts';

export async function run(context: CliContext, [action = '', stream]: readonly string[]): Promise<ExitCode> {
  const { terminal } = context;
  return await withState(context, 'read', async ({ recorded: journal }) => {
    const filter = stream === undefined ? {} : { stream };
    switch (action) {
      case 'show':
        for await (const line of showJournal(journal, filter)) terminal.out(printable(line));
        return EXIT.done;
      case 'export':
        for await (const line of exportJournal(journal, filter)) terminal.out(line);
        return EXIT.done;
      case 'verify':
        return await verify(context, journal);
      default:
        throw new UsageError(`journal ${action} is no action.`, 'Say show, export or verify.');
    }
  });
}

/** Reads every entry again: numbering, digests, shapes, references. Exit 4 when something does not fit. */
async function verify({ terminal, output }: CliContext, journal: Journal): Promise<ExitCode> {
  const findings: JournalFinding[] = [];
  const reading = verifyJournal(journal);
  let next = await reading.next();
  for (; next.done !== true; next = await reading.next()) findings.push(next.value);
  const exit = findings.length === 0 ? EXIT.done : EXIT.verification;
  const { entries } = next.value;
  if (output === 'json') terminal.out(JSON.stringify({ exit, entries, findings }));
  else {
    for (const { stream, seq, says } of findings) terminal.out(printable(`${stream} ${seq}: ${says}`));
    terminal.out(
      `${entries} entries, ${findings.length === 0 ? 'each as it was written' : `${findings.length} findings`}`,
    );
  }
  return exit;
}
