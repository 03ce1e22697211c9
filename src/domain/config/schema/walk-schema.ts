import { z } from 'zod';

export type Schema = z.core.$ZodType;

/** The schema behind optional, default and the like. */
export function unwrap(schema: Schema): Schema {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodNullable
  )
    inner = inner._zod.def.innerType;
  return inner;
}

/** All layers of a schema from the outside in: facts may be noted on any of them. */
export function layers(schema: Schema): readonly Schema[] {
  const all: Schema[] = [schema];
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodNullable
  ) {
    inner = inner._zod.def.innerType;
    all.push(inner);
  }
  return all;
}

export const isMapSchema = (schema: Schema): boolean =>
  schema instanceof z.ZodObject || schema instanceof z.ZodRecord || schema instanceof z.ZodDiscriminatedUnion;

const kindOf = (value: unknown) => (Array.isArray(value) ? 'list' : typeof value);

/** Which option of a union a value was meant for: by its discriminator, else by its kind. */
export function optionFor(schema: Schema, value: unknown): Schema {
  const plain = unwrap(schema);
  if (plain instanceof z.ZodDiscriminatedUnion) {
    const { discriminator, options } = plain._zod.def;
    const said =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[discriminator] : undefined;
    const match = options.find((option) => option instanceof z.ZodObject && accepts(option.shape[discriminator], said));
    return match ?? plain;
  }
  if (plain instanceof z.ZodUnion) {
    const map = kindOf(value) === 'object';
    return plain._zod.def.options.find((option) => isMapSchema(unwrap(option)) === map) ?? plain;
  }
  return plain;
}

export const unwrapsToList = (schema: Schema): boolean => unwrap(schema) instanceof z.ZodArray;

export const accepts = (schema: Schema | undefined, value: unknown) =>
  schema !== undefined && z.safeParse(schema, value).success;

/** The schema of a child, given the value it lies in; undefined when the key is not legal there. */
export function childSchema(schema: Schema, part: string | number, value: unknown): Schema | undefined {
  const plain = optionFor(schema, value);
  if (plain instanceof z.ZodObject) return Object.hasOwn(plain.shape, part) ? plain.shape[part] : undefined;
  if (plain instanceof z.ZodRecord) return plain._zod.def.valueType;
  if (plain instanceof z.ZodArray) return plain._zod.def.element;
  return undefined;
}

/** Keys that are legal in a map; undefined where any name is. */
export function legalKeys(schema: Schema, value: unknown): readonly string[] | undefined {
  const plain = optionFor(schema, value);
  if (plain instanceof z.ZodObject)
    return Object.keys(plain.shape).filter((name) => !(unwrap(plain.shape[name] as Schema) instanceof z.ZodUndefined));
  if (plain instanceof z.ZodRecord && plain._zod.def.keyType instanceof z.ZodEnum)
    return Object.keys(plain._zod.def.keyType.enum);
  return undefined;
}
