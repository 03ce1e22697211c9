/**
 * A record with each value changed. It has no prototype: a name such as `constructor` is found only if somebody wrote it.
 */
export function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In, name: string) => Out,
): Record<string, Out> {
  const changed = Object.create(null) as Record<string, Out>;
  for (const [name, value] of Object.entries(record)) changed[name] = change(value, name);
  return changed;
}

/** The same plain value, every map in it without prototype. */
export function withoutPrototypes<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutPrototypes) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return mapValues(value as Record<string, unknown>, withoutPrototypes) as Value;
}
