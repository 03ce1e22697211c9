import { exportJournal } from '../../conductor/journal/export-journal.ts';
import { showJournal } from '../../conductor/journal/show-journal.ts';
import { verifyJournal } from '../../conductor/journal/verify-journal.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { printable } from '../output/paint.ts';
import { UsageError } from '../usage-error.ts';
import { withState } from './open-place.ts';

export async function run(context: CliContext, [action = '', stream]: readonly string[]): Promise<ExitCode> {
  const { terminal, output } = context;
  return await withState(context, 'read', async ({ journal }) => {
    const filter = stream === undefined ? {} : { stream };
    switch (action) {
      case 'show':
        for await (const line of showJournal(journal, filter)) terminal.out(printable(line));
        return EXIT.done;
      case 'export':
        for await (const line of exportJournal(journal, filter)) terminal.out(line);
        return EXIT.done;
      case 'verify': {
        const findings = [];
        for await (const finding of verifyJournal(journal)) findings.push(finding);
        if (output === 'json') terminal.out(JSON.stringify({ findings }));
        return findings.length === 0 ? EXIT.done : EXIT.verification;
      }
      default:
        throw new UsageError(`journal ${action} is no action.`, 'Say show, export or verify.');
    }
  });
}
