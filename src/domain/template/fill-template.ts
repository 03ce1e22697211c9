import { parseTemplate, type TemplatePart } from './parse-template.ts';

/** The value of a path, or why it has none. */
export type Lookup = (path: string) => { readonly value: string } | { readonly missing: string };

/** A path that has no value yet, and no `||` beside it. */
export interface EmptyPath {
  readonly path: string;
  readonly why: string;
}

/** Fills every text of a plain value. All paths without a value are named at once; the value is then not to be used. */
export function fillTemplates<Value>(
  value: Value,
  lookup: Lookup,
): { readonly value: Value; readonly empty: readonly EmptyPath[] } {
  const empty: EmptyPath[] = [];
  const fill = (item: unknown): unknown => {
    if (typeof item === 'string') return fillText(item, lookup, empty);
    if (Array.isArray(item)) return item.map(fill);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([key, member]) => [key, fill(member)]));
  };
  return { value: fill(value) as Value, empty };
}

function fillText(text: string, lookup: Lookup, empty: EmptyPath[]): string {
  if (!text.includes('${{')) return text;
  return parseTemplate(text)
    .parts.map((part) => (part.kind === 'text' ? part.text : fillPath(part, lookup, empty)))
    .join('');
}

function fillPath(part: Extract<TemplatePart, { kind: 'path' }>, lookup: Lookup, empty: EmptyPath[]): string {
  const found = lookup(part.path);
  if ('value' in found && found.value !== '') return found.value;
  if (part.otherwise !== undefined) return part.otherwise;
  if ('value' in found) return ''; // given, and empty on purpose
  empty.push({ path: part.path, why: found.missing });
  return '';
}
