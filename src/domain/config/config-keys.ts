import { z } from 'zod';
import { configSchema } from './schema/config-schema.ts';
import { keyFacts, scalarKinds } from './schema/key.ts';
import { layers, type Schema, unwrap } from './schema/walk-schema.ts';

/** One key of `slipway.yaml`, for the reference. */
export interface ConfigKey {
  /** `agents.<name>.retry.attempts`, `steps[].with.keep (uses: stage)`. */
  readonly path: string;
  readonly type: string;
  /** As in the file; empty when there is none, `required` when it must be written. */
  readonly default: string;
  readonly meaning: string;
  /** `later`: legal, but `plan` refuses it in this version, always or for some values. */
  readonly machinery: 'here' | 'later';
}

/** All keys of version 1, in the order of the schema. */
export function configKeys(): readonly ConfigKey[] {
  const keys: ConfigKey[] = [];
  describeMembers(configSchema, '', 'here', keys);
  return keys;
}

function describeMembers(schema: Schema, path: string, machinery: ConfigKey['machinery'], keys: ConfigKey[]): void {
  const plain = unwrap(schema);
  const below = isLater(schema) ? 'later' : machinery;
  if (plain instanceof z.ZodObject)
    for (const [name, member] of Object.entries(plain.shape))
      describeKey(member as Schema, path === '' ? name : `${path}.${name}`, below, keys);
  else if (plain instanceof z.ZodRecord) describeMembers(plain._zod.def.valueType, `${path}.<name>`, below, keys);
  else if (plain instanceof z.ZodArray) describeMembers(plain._zod.def.element, `${path}[]`, below, keys);
  else if (plain instanceof z.ZodUnion) describeOptions(plain, path, below, keys);
}

/** Keys that options share are told once; those of one option name it. */
function describeOptions(union: z.ZodUnion, path: string, machinery: ConfigKey['machinery'], keys: ConfigKey[]): void {
  const options = union._zod.def.options.map(unwrap).filter((option) => option instanceof z.ZodObject);
  const discriminator = union instanceof z.ZodDiscriminatedUnion ? union._zod.def.discriminator : undefined;
  const shared = Object.keys(options[0]?.shape ?? {}).filter(
    (name) => name !== discriminator && name !== 'with' && options.every((option) => name in option.shape),
  );
  for (const [index, option] of options.entries()) {
    const label =
      discriminator === undefined ? undefined : optionLabel(discriminator, option.shape[discriminator] as Schema);
    for (const [name, member] of Object.entries(option.shape)) {
      if (unwrap(member as Schema) instanceof z.ZodUndefined || (shared.includes(name) && index > 0)) continue;
      if (label === undefined && name === 'with') continue;
      const isOwn = label !== undefined && !shared.includes(name);
      const suffix = name === discriminator ? `: ${label?.split(': ')[1] ?? ''}` : isOwn ? ` (${label})` : '';
      describeKey(
        member as Schema,
        `${path}.${name}${suffix}`,
        isLater(union._zod.def.options[index] as Schema) ? 'later' : machinery,
        keys,
      );
    }
  }
}

function optionLabel(discriminator: string, schema: Schema): string | undefined {
  const plain = unwrap(schema);
  return plain instanceof z.ZodLiteral ? `${discriminator}: ${[...plain.values].join(', ')}` : undefined;
}

function describeKey(schema: Schema, path: string, machinery: ConfigKey['machinery'], keys: ConfigKey[]): void {
  keys.push({
    path,
    type: typeName(schema),
    default: defaultOf(schema),
    meaning: z.globalRegistry.get(schema)?.description ?? '',
    machinery: machinery === 'later' || isLater(schema) ? 'later' : 'here',
  });
  // The steps of a line are those of the file, told there.
  if (path !== 'lines.<name>.steps') describeMembers(schema, path, machinery, keys);
}

/** Known to have no machinery whatever its value; what depends on the value is told by its meaning. */
const isLater = (schema: Schema): boolean =>
  layers(schema).some((layer) => typeof keyFacts.get(layer as z.ZodType)?.later === 'string');

function defaultOf(schema: Schema): string {
  const layer = layers(schema).find((one) => one instanceof z.ZodDefault || one instanceof z.ZodPrefault);
  if (layer instanceof z.ZodDefault) return JSON.stringify(layer._zod.def.defaultValue).replaceAll('"', '');
  return layer === undefined && !(schema instanceof z.ZodOptional) ? 'required' : '';
}

function typeName(schema: Schema): string {
  const kind = layers(schema)
    .map((layer) => scalarKinds.get(layer as z.ZodType))
    .find((one) => one !== undefined);
  if (kind !== undefined) return kind.type ?? kind.write.replace(/,? such as .*/, '');
  const plain = unwrap(schema);
  if (plain instanceof z.ZodEnum) return Object.values(plain._zod.def.entries).join(', ');
  if (plain instanceof z.ZodLiteral) return [...plain.values].join(', ');
  if (plain instanceof z.ZodArray) return `list of ${typeName(plain._zod.def.element)}`;
  if (plain instanceof z.ZodUnion && !(plain instanceof z.ZodDiscriminatedUnion))
    return [...new Set(plain._zod.def.options.map(typeName))].join(', or ');
  return 'map';
}
