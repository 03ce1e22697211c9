import { z } from 'zod';
import { type ScalarKind, scalarKinds } from './key.ts';
import { isMapSchema, layers, type Schema, unwrap } from './walk-schema.ts';

/** How the scalars of a schema are spoken of, if it is one of scalars. */
export const kindOf = (schema: Schema): ScalarKind | undefined =>
  layers(schema)
    .map((layer) => scalarKinds.get(layer as z.ZodType))
    .find((kind) => kind !== undefined);

/** What a value of this schema looks like, as the object of "Write". */
export function wanted(schema: Schema): string {
  const kind = kindOf(schema);
  if (kind !== undefined) return kind.write;
  const plain = unwrap(schema);
  if (plain instanceof z.ZodEnum) return Object.values(plain._zod.def.entries).join(' or ');
  if (plain instanceof z.ZodArray) return 'a list, such as [a, b]';
  if (plain instanceof z.ZodUnion && !(plain instanceof z.ZodDiscriminatedUnion))
    return plain._zod.def.options.map(wanted).join(', or ');
  if (plain instanceof z.ZodLiteral) return [...plain.values].join(' or ');
  return isMapSchema(plain) ? 'a map (key: value)' : 'a value';
}

/** The values to choose from, where there are only a few. */
export function choicesOf(schema: Schema | undefined, issue: z.core.$ZodIssue): readonly string[] | undefined {
  const options: unknown = issue.code === 'invalid_union' && 'options' in issue ? issue.options : undefined;
  if (Array.isArray(options)) return options.filter((option) => option !== undefined).map(String);
  const plain = schema && unwrap(schema);
  return plain instanceof z.ZodEnum ? Object.values(plain._zod.def.entries).map(String) : undefined;
}
