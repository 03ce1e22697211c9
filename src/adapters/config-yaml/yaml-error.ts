import type { YAMLError } from 'yaml';
import type { Finding } from '../../domain/config/finding.ts';
import { yamlTokens } from './yaml-tokens.ts';

type Said = Pick<Finding, 'code' | 'happened' | 'remedy'>;
type Rule = readonly [code: RegExp, message: RegExp, says: Said];

const said = (code: Finding['code'], happened: string, remedy: string): Said => ({ code, happened, remedy });

// First match wins. The parser's own words are for people who write parsers; these are for people who write releases.
const RULES: readonly Rule[] = [
  [/^TAB_AS_INDENT$/, /^/, said('SLIP_CONFIG_TAB', 'A tab is used to indent.', 'Indent with spaces.')],
  [
    /^MULTIPLE_DOCS$/,
    /^/,
    said('SLIP_CONFIG_DOCUMENTS', 'A second YAML document begins here.', 'Keep one document, without "---" between.'),
  ],
  [/^BAD_DIRECTIVE$/, /^/, said('SLIP_CONFIG_SYNTAX', 'A directive (%) is no part of a config.', 'Remove the line.')],
  [/^BAD_ALIAS$/, /^/, said('SLIP_CONFIG_ALIAS', 'An anchor or alias cannot be read.', 'Write the values out.')],
  [/^MISSING_CHAR$/, /closing/, said('SLIP_CONFIG_SYNTAX', 'A quote that opens here is never closed.', 'Close it.')],
  [
    /^(MISSING_CHAR|MULTILINE_IMPLICIT_KEY)$/,
    /Implicit (map )?keys/,
    said(
      'SLIP_CONFIG_SYNTAX',
      'This line is no "key: value".',
      'Write a colon and a space after the key, or mend the indentation.',
    ),
  ],
  [
    /^BAD_INDENT$/,
    /Flow|Block scalar/,
    said(
      'SLIP_CONFIG_SYNTAX',
      'A bracket or block that began above is not closed, or not indented.',
      'Close it, or indent it.',
    ),
  ],
  [
    /^BAD_INDENT$/,
    /^/,
    said('SLIP_CONFIG_SYNTAX', 'The indentation fits no key above.', 'Give all keys of one map the same indentation.'),
  ],
  [
    /^BLOCK_AS_IMPLICIT_KEY$/,
    /^/,
    said(
      'SLIP_CONFIG_SYNTAX',
      'Two keys stand on one line.',
      'Put text with ": " in it in quotes, or start a new line.',
    ),
  ],
  [
    /^BAD_SCALAR_START$/,
    /^/,
    said('SLIP_CONFIG_SYNTAX', 'Text cannot begin with this character.', 'Put the text in quotes.'),
  ],
  [
    /^BAD_DQ_ESCAPE$/,
    /^/,
    said(
      'SLIP_CONFIG_SYNTAX',
      'This backslash escape does not exist.',
      "Double the backslash, or use 'single quotes'.",
    ),
  ],
  [
    /^UNEXPECTED_TOKEN$/,
    /^/,
    said(
      'SLIP_CONFIG_SYNTAX',
      'This is more than fits here.',
      'Check quotes, brackets and commas on this line and the one above.',
    ),
  ],
];

/** A parser error in words for the writer of the file. What no rule knows is shown word for word. */
export function explainYamlError(error: YAMLError): Said {
  const rule = RULES.find(([code, message]) => code.test(error.code) && message.test(error.message));
  if (rule !== undefined) return rule[2];
  return said('SLIP_CONFIG_SYNTAX', `The text is not YAML: ${error.message}.`, 'Mend the line.');
}

/** Where to point: at an open quote itself, not at the end of the file where its lack was noticed. */
export function errorOffset(error: YAMLError, text: string): number {
  if (!/closing/.test(error.message)) return error.pos[0];
  let opened = error.pos[0];
  for (const { token, offset } of yamlTokens(text)) if (/^["']/.test(token)) opened = offset;
  return opened;
}
