import { EXIT } from '../../kernel/exit-code.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { parseLineVersion } from '../package/version/line-version.ts';

/**
 * The `versions` or `branch` pattern of a line cannot be used: it has no `{n}` or `{any}`, a field that does not exist, or a text
 * that gives no version. Correct it in the config; the message quotes it.
 */
export class VersionPatternError extends SlipwayError {
  readonly code = 'SLIP_VERSION_PATTERN';
  override readonly exitCode = EXIT.usage;
}

export type PatternField = 'n' | 'base' | 'any';
export type PatternPart = { readonly text: string } | { readonly field: PatternField };

/** `2.{n}`, `2.{base}.{n}`, `{any}`, read once. */
export interface VersionPattern {
  readonly text: string;
  readonly parts: readonly PatternPart[];
  readonly hasBase: boolean;
  /** With `{n}` the line counts by itself; else every version is given with `--version`. */
  readonly counts: boolean;
}

/** What a field may stand for. Numbers are without leading zeros: 2.07 and 2.7 would be one version with two names. */
const FIELD: Readonly<Record<PatternField, string>> = {
  n: '(0|[1-9][0-9]{0,14})',
  base: '((?:0|[1-9][0-9]*)(?:\\.(?:0|[1-9][0-9]*))*)',
  any: '(.+)',
};

/** Reads `versions` of a line. @throws {VersionPatternError} */
export function parseVersionPattern(text: string): VersionPattern {
  const parts = parsePattern(text, 'versions', ['n', 'base', 'any']);
  const fields = parts.flatMap((part) => ('field' in part ? [part.field] : []));
  const counts = fields.includes('n');
  if (!counts && !fields.includes('any'))
    refuse(text, 'versions', 'has neither {n} nor {any}', 'Write {n} where the next number belongs, such as "2.{n}".');
  if (counts && fields.includes('any'))
    refuse(text, 'versions', 'has both {n} and {any}', 'Keep {n} to count, or {any} to give each version yourself.');
  const pattern = { text, parts, hasBase: fields.includes('base'), counts };
  try {
    parseLineVersion(fillPattern(pattern, { base: '1', n: 1, any: '1' }));
  } catch (cause) {
    const happened = `The pattern "${text}" of versions gives no version: ${(cause as Error).message}`;
    throw new VersionPatternError(happened, 'Write numbers and dots around the fields, such as "2.{base}.{n}".', {
      cause,
    });
  }
  return pattern;
}

/** Reads a text with fields. @throws {VersionPatternError} unknown, repeated or touching fields. */
export function parsePattern(text: string, key: string, allowed: readonly PatternField[]): readonly PatternPart[] {
  const legal = allowed.map((field) => `{${field}}`).join(', ');
  const parts: PatternPart[] = [];
  for (const piece of text.split(/(\{[^{}]*\})/).filter((part) => part !== '')) {
    const field = /^\{(.*)\}$/.exec(piece)?.[1] as PatternField | undefined;
    const before = parts.at(-1);
    if (field === undefined) {
      if (/[{}]/.test(piece)) refuse(text, key, 'has a brace without its partner', `Write whole fields: ${legal}.`);
      if (before && /^\d/.test(piece)) refuse(text, key, 'has a digit right after a field', 'Put a dot between them.');
      parts.push({ text: piece });
      continue;
    }
    if (!allowed.includes(field)) refuse(text, key, `has the field ${piece}`, `Write one of ${legal}.`);
    if (parts.some((part) => 'field' in part && part.field === field))
      refuse(text, key, `has ${piece} twice`, 'Keep one of them.');
    if (before && ('field' in before || /\d$/.test(before.text)))
      refuse(text, key, `has ${piece} right after a digit or a field`, 'Put a dot between them.');
    parts.push({ field });
  }
  return parts;
}

function refuse(text: string, key: string, why: string, remedy: string): never {
  throw new VersionPatternError(`The pattern "${text}" of ${key} ${why}.`, remedy);
}

/** The text with its fields filled. */
export const fillPattern = (
  pattern: VersionPattern,
  values: { readonly base?: string; readonly n?: number; readonly any?: string },
): string =>
  pattern.parts.map((part) => ('text' in part ? part.text : String(values[part.field] ?? `{${part.field}}`))).join('');

/** What the fields stand for in `text`; undefined when it is not of this pattern. */
export function matchParts(
  parts: readonly PatternPart[],
  text: string,
): Readonly<Partial<Record<PatternField, string>>> | undefined {
  const source = parts.map((part) =>
    'text' in part ? part.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : FIELD[part.field],
  );
  const match = new RegExp(`^${source.join('')}$`, 's').exec(text);
  if (!match) return undefined;
  const fields = parts.flatMap((part) => ('field' in part ? [part.field] : []));
  return Object.fromEntries(fields.map((field, i) => [field, match[i + 1]]));
}

/** Reads a version by the pattern: its `{base}` and its `{n}`. undefined when it is not of this pattern, or no version. */
export function matchVersion(
  pattern: VersionPattern,
  version: string,
): { readonly base?: string; readonly n?: number } | undefined {
  const fields = matchParts(pattern.parts, version);
  if (!fields) return undefined;
  try {
    parseLineVersion(version);
  } catch {
    return undefined; // `{any}` matches every text; only versions count
  }
  return {
    ...(fields.base === undefined ? {} : { base: fields.base }),
    ...(fields.n === undefined ? {} : { n: Number(fields.n) }),
  };
}
