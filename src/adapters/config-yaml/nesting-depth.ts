import { yamlTokens } from './yaml-tokens.ts';

export const MAX_DEPTH = 64;

/**
 * Where the text nests deeper than MAX_DEPTH, if it does. The parser calls itself for each level, so a file of 100,000
 * brackets would end the process. Brackets are counted, and the columns at which blocks are open (also `- - - x`).
 */
export function nestingTooDeep(text: string): { line: number; column: number } | undefined {
  let [line, lineStart, flow] = [1, 0, 0];
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
    if (flow + blocks.length > MAX_DEPTH) return { line, column: column + 1 };
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = offset + at + 1;
      opens = true;
    }
  }
  return undefined;
}

function openBlock(blocks: number[], column: number): void {
  while ((blocks.at(-1) ?? -1) >= column) blocks.pop();
  blocks.push(column);
}
