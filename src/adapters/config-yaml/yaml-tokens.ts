import { Lexer } from 'yaml';

/** What the lexer puts between the tokens of the text: start of a document, of a plain scalar, of a quoted one; end of flow. */
const CONTROL = new Set(['\u0002', '\u0018', '\u001f', '\ufeff']);

/** The tokens of the text, with the offset of each. */
export function* yamlTokens(text: string): Iterable<{ readonly token: string; readonly offset: number }> {
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (CONTROL.has(token)) continue;
    yield { token, offset };
    offset += token.length;
  }
}
