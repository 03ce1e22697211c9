import { StepValuesError } from './output-error.ts';

/** More than enough for names and digests; the values go into the journal. */
export const LONGEST_STEP_VALUES_BYTES = 64 * 1024;

const LINE = /^([A-Za-z_][A-Za-z0-9_-]*)=(\P{Cc}*)$/u;

/**
 * Parses what a step wrote to `$SLIPWAY_OUTPUT` (config.md 4): lines `key=value`, each key once. Nothing is trimmed or guessed.
 * @throws {StepValuesError} naming the line; never its text, which may be a secret.
 */
export function parseStepValues(bytes: Uint8Array): Readonly<Record<string, string>> {
  if (bytes.length > LONGEST_STEP_VALUES_BYTES) {
    throw new StepValuesError(`it is longer than ${LONGEST_STEP_VALUES_BYTES} bytes`);
  }
  const lines = decode(bytes).split('\n');
  if (lines.at(-1) === '') lines.pop(); // the newline that ends the last line
  const values = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const match = LINE.exec(line);
    if (match === null) throw new StepValuesError(`line ${index + 1} ${problemOf(line)}`);
    const [, key, value] = match as unknown as [string, string, string];
    if (values.has(key)) throw new StepValuesError(`line ${index + 1} sets ${key} a second time`);
    values.set(key, value);
  }
  return Object.fromEntries(values);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) throw new StepValuesError('it is not UTF-8');
    throw cause;
  }
}

function problemOf(line: string): string {
  if (line === '') return 'is empty';
  if (line.endsWith('\r')) return 'ends with a carriage return (Windows line ends)';
  if (!line.includes('=')) return 'has no "="';
  if (/\p{Cc}/u.test(line)) return 'has a control character';
  return 'has a key that is not of letters, digits, - and _';
}
