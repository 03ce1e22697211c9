import type { Terminal } from '../context.ts';
import { LiveRegion } from './live-region.ts';
import { guarded } from './printable.ts';

const DEFAULT_COLUMNS = 100;
const DEFAULT_HEIGHT = 24;

export interface TerminalWishes {
  readonly color: boolean;
  readonly isJson: boolean;
  /** Told when results could not be written, though somebody may want them: not when the reader has gone. */
  readonly onLost?: () => void;
}

/** The process's own streams. Colours obey NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function processTerminal(wishes: TerminalWishes): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const isTerminal = stdout.isTTY === true && stderr.isTTY === true && env['TERM'] !== 'dumb';
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== '';
  const hasNoColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  const hasColor = wishes.color && !hasNoColor && !wishes.isJson && (isTerminal || forced);
  const open = [openStream(stdout, stderr, wishes.onLost), openStream(stderr, stdout)] as const;
  const region = new LiveRegion();
  let rows: readonly string[] = [];
  const columns = (): number => stderr.columns || stdout.columns || DEFAULT_COLUMNS; // 0: a terminal that does not know

  /** A line that stays goes above the live rows. */
  const write = (stream: NodeJS.WriteStream, isOpen: () => boolean, line: string): void => {
    if (rows.length > 0) stderr.write(region.wipe(columns()));
    if (isOpen()) stream.write(`${guarded(line, hasColor)}\n`);
    if (rows.length > 0) stderr.write(region.draw(rows, columns()));
  };
  return {
    out: (line) => write(stdout, open[0], line),
    err: (line) => write(stderr, open[1], line),
    part: (text) => void (open[0]() && stdout.write(text)),
    rows: (lines) => {
      rows = lines.map((line) => guarded(line, hasColor));
      if (open[1]()) stderr.write(region.draw(rows, columns()));
    },
    leaveRows: () => {
      rows = [];
      region.leave();
    },
    isLive: isTerminal && !wishes.isJson,
    hasColor,
    get isOpen() {
      return open[0]();
    },
    get columns() {
      return columns();
    },
    get height() {
      return stderr.rows || DEFAULT_HEIGHT;
    },
    ask: async (question, signal) => (stdin.isTTY === true ? await ask(question, signal) : undefined),
  };
}

/**
 * Whoever reads us may have gone (`slipway list | head -1`): that is their right, and no failure of ours. Nor is a full disk
 * under the file that our words go to: what is being released goes on, and the other stream says so.
 */
function openStream(stream: NodeJS.WriteStream, other: NodeJS.WriteStream, onLost?: () => void): () => boolean {
  let isOpen = true;
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    if (isOpen && cause.code !== 'EPIPE') {
      if (other.writable) other.write(`warning: output could not be written and ends here: ${cause.message}\n`);
      onLost?.();
    }
    isOpen = false;
  });
  return () => isOpen;
}

/** One question, one line. Ctrl-C and Ctrl-D are a no. */
async function ask(question: string, signal: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return await new Promise((resolve) => {
    const answer = (text: string): void => {
      resolve(/^y(es)?$/i.test(text.trim()));
      reader.close();
    };
    reader.on('close', () => resolve(false));
    // The terminal is read letter by letter here, so Ctrl-C arrives as a letter and not as a signal.
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    signal.addEventListener('abort', () => reader.close(), { once: true });
    reader.question(`${question} [y/N] `, answer);
  });
}
