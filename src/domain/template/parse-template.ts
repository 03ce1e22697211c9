/** A piece of a text: literal, or a path to be looked up, with the text to use when it has no value. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly path: string; readonly otherwise?: string; readonly index: number };

/** A `${{ }}` that is none: where it begins in the text, and why. */
export interface TemplateMistake {
  readonly index: number;
  readonly problem: string;
}

const OPEN = '${{';
const CLOSE = '}}';
const EXPRESSION = /^\s*([A-Za-z_][\w.-]*)\s*(?:\|\|\s*'([^']*)'\s*)?$/;

/**
 * Reads `${{ path }}` and `${{ path || 'text' }}` (config 4); `$${{` is a literal `${{`. There are no functions.
 * Whether a path exists is not asked here.
 */
export function parseTemplate(text: string): {
  readonly parts: readonly TemplatePart[];
  readonly mistakes: readonly TemplateMistake[];
} {
  const parts: TemplatePart[] = [];
  const mistakes: TemplateMistake[] = [];
  let literal = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf(OPEN, at);
    if (open < 0) break;
    if (open > at && text[open - 1] === '$') {
      literal += text.slice(at, open - 1) + OPEN;
      at = open + OPEN.length;
      continue;
    }
    const close = text.indexOf(CLOSE, open);
    if (close < 0) {
      mistakes.push({ index: open, problem: `"\${{" has no "}}"` });
      break;
    }
    parts.push({ kind: 'text', text: literal + text.slice(at, open) });
    literal = '';
    const expression = EXPRESSION.exec(text.slice(open + OPEN.length, close));
    at = close + CLOSE.length;
    if (expression === null) {
      literal = text.slice(open, at);
      mistakes.push({ index: open, problem: `${literal} is neither \${{ path }} nor \${{ path || 'text' }}` });
    } else parts.push(pathPart(expression, open));
  }
  parts.push({ kind: 'text', text: literal + text.slice(at) });
  return { parts: parts.filter((part) => part.kind === 'path' || part.text !== ''), mistakes };
}

function pathPart([, path = '', otherwise]: RegExpExecArray, index: number): TemplatePart {
  return { kind: 'path', path, index, ...(otherwise === undefined ? {} : { otherwise }) };
}

/** The paths that a value names, in any of its texts. */
export function templatePaths(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return parseTemplate(value).parts.flatMap((part) => (part.kind === 'path' ? [part.path] : []));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(templatePaths);
}
