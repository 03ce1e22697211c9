/** Letters that act on a terminal instead of being shown: controls, bidirectional overrides, separators, invisible tags. */
// Tab and newline are left: callers that need one line ask for `oneLine`.
const ACTING = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text of a command or a person as a terminal may show it: what would move the cursor, ring the bell or turn the line round
 * becomes visible (`\x1b`, `\u202e`), so that a log line or a name cannot draw on the screen. The end of a DOS line is dropped.
 */
export const printable = (text: string): string => text.replace(/\r(?=\n|$)/g, '').replace(ACTING, visible);

/** The same without line breaks: for rows and tables. */
export const oneLine = (text: string): string =>
  printable(text)
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('\t', ' ');

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return '\\r';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: our own colours are the only escape sequences that may pass
const OWN_COLOR = /(\u001b\[(?:0|1|2|3[1-6])m)/;

/** The last wall before the screen: everything but our own colours is made visible once more. */
export const guarded = (line: string, hasColor: boolean): string =>
  hasColor
    ? line
        .split(OWN_COLOR)
        .map((part, index) => (index % 2 === 1 ? part : printable(part)))
        .join('')
    : printable(line);
