import { runStream } from '../../domain/journal/streams.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { Journal } from '../../ports/journal.ts';
import { withState } from '../acting/open-place.ts';
import type { CliContext } from '../context.ts';
import { oneLine } from '../output/printable.ts';

/**
 * Words for a completion script, one a line. It never says what is wrong: somebody who presses Tab has asked for words, and
 * hears of a missing journal or a broken config from the verb itself.
 */
export async function run(context: CliContext, [kind = '', id = '']: readonly string[]): Promise<ExitCode> {
  try {
    for (const word of await wordsOf(context, kind, id)) context.terminal.out(oneLine(word));
  } catch {
    // No words, then; see above.
  }
  return EXIT.done;
}

async function wordsOf(context: CliContext, kind: string, id: string): Promise<readonly string[]> {
  if (kind === 'line') return Object.keys((await context.parts.loadConfig(context)).config?.lines ?? {});
  return await withState(context, 'read', async ({ journal }) => await recordedWords(journal, kind, id));
}

async function recordedWords(journal: Journal, kind: string, id: string): Promise<readonly string[]> {
  const streams = (await journal.streams('')).map((head) => head.stream);
  const named = (prefix: string): readonly string[] =>
    streams.flatMap((stream) => (stream.startsWith(prefix) ? [stream.slice(prefix.length)] : []));
  switch (kind) {
    case 'release':
      return named('release/');
    case 'stream':
      return streams;
    case 'step': {
      // Only steps with commands have logs, attempts to choose from, or something to decide.
      const requested = (await journal.read(runStream(id))).filter(({ type }) => type === 'attempt.requested');
      return [...new Set(requested.map(({ data }) => String(data['step'])))];
    }
    default:
      return [];
  }
}
