import { yamlTokens } from './yaml-tokens.ts';

export const MAX_DEPTH = 64;

/** Words and marks of a file. Each costs the parser about 1 kB, so 5 MB of commas would take gigabytes. */
const MAX_TOKENS = 300_000;

/** What makes a text too much for the parser, and where. */
export interface OverLimit {
  readonly code: 'SLIP_CONFIG_TOO_DEEP' | 'SLIP_CONFIG_TOO_BIG';
  readonly happened: string;
  readonly remedy: string;
  readonly line: number;
  readonly column: number;
}

/**
 * The first limit that a text breaks, if it does. The parser calls itself for each level, so a file of 100,000 brackets
 * would end the process. Brackets are counted, and the columns at which blocks are open (also `- - - x`).
 */
export function overLimit(text: string): OverLimit | undefined {
  let [line, lineStart, flow, count] = [1, 0, 0, 0];
  let opens = true; // the next token starts a line, or follows an indicator that opens a block
  const blocks: number[] = [];
  for (const { token, offset } of yamlTokens(text)) {
    const column = offset - lineStart;
    const isSpace = /^[ \t\r\n]/.test(token) || token.startsWith('#');
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    if (flow === 0 && !isSpace) {
      if (opens) openBlock(blocks, column);
      opens = token === '-' || token === '?';
    }
    if (flow + blocks.length > MAX_DEPTH) return { ...TOO_DEEP, line, column: column + 1 };
    count += 1;
    if (count > MAX_TOKENS) return { ...TOO_MANY, line, column: column + 1 };
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = offset + at + 1;
      opens = true;
    }
  }
  return undefined;
}

const TOO_DEEP = {
  code: 'SLIP_CONFIG_TOO_DEEP',
  happened: `Maps and lists are nested more than ${MAX_DEPTH} deep.`,
  remedy: 'Check the brackets and the indentation.',
} as const;

const TOO_MANY = {
  code: 'SLIP_CONFIG_TOO_BIG',
  happened: `The file has more than ${MAX_TOKENS} words and marks.`,
  remedy: 'Check that it is the right file.',
} as const;

function openBlock(blocks: number[], column: number): void {
  while ((blocks.at(-1) ?? -1) >= column) blocks.pop();
  blocks.push(column);
}
