import { EXIT } from '../../kernel/exit-code.ts';
import type { JsonObject, JsonValue } from '../../kernel/json.ts';
import { SlipwayError } from '../../kernel/slipway-error.ts';
import { type ConfigNode, nodeAt, placeOf, toPlain } from './config-node.ts';
import type { DerivedConfig } from './derive-defaults.ts';
import { printPlace } from './finding.ts';
import { type KeyPath, printPath } from './key-path.ts';
import type { NotYet, ResolvedConfig } from './resolved-config.ts';
import { configSchema } from './schema/config-schema.ts';
import { keyFacts, type Later } from './schema/key.ts';
import { childSchema, layers, optionFor, type Schema } from './schema/walk-schema.ts';

/** What is written and cannot be acted on, and what it says, for the digest. */
export interface NotYetKeys {
  readonly notYet: readonly NotYet[];
  readonly later: JsonObject;
}

/** Finds the keys of the file whose machinery does not exist yet. The outermost one speaks for all below it. */
export function findNotYet(root: ConfigNode, derived: DerivedConfig): NotYetKeys {
  const notYet: NotYet[] = [];
  const later: Record<string, JsonValue> = {};
  const visit = (schema: Schema, node: ConfigNode, path: KeyPath): void => {
    const value = toPlain(node);
    const reason = laterReason(schema, value);
    if (reason !== undefined) {
      const at = reason.at === undefined ? path : [...path, reason.at];
      notYet.push({
        path: printPath(at),
        ...placeOf(root, at, 'key'),
        needs: reason.needs,
        lines: linesConcerned(derived, path),
      });
      if (path[0] !== 'alerts') later[printPath(path)] = valueAt(derived, path) ?? value;
      return;
    }
    for (const part of parts(node)) {
      const below = childSchema(schema, part, value);
      const child = nodeAt(node, [part]);
      if (below !== undefined && child !== undefined) visit(below, child, [...path, part]);
    }
  };
  visit(configSchema, root, []);
  return { notYet, later };
}

const parts = (node: ConfigNode): readonly (string | number)[] => {
  if (node.kind === 'map') return [...node.entries.keys()];
  return node.kind === 'list' ? [...node.items.keys()] : [];
};

function laterReason(schema: Schema, value: JsonValue): Later | undefined {
  for (const layer of [...layers(schema), optionFor(schema, value)]) {
    const later = keyFacts.get(layer)?.later;
    const reason = typeof later === 'string' ? { needs: later } : later?.(value);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** The value with its defaults, if the derived config has it under the same path. */
function valueAt(derived: DerivedConfig, path: KeyPath): JsonValue | undefined {
  let value: unknown = derived;
  for (const part of path)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  return value as JsonValue | undefined;
}

/** Which lines would need what stands at this path. */
function linesConcerned(derived: DerivedConfig, path: KeyPath): readonly string[] {
  const all = Object.keys(derived.lines);
  const [section, name] = path;
  const linesWhere = (needs: (line: DerivedConfig['lines'][string]) => boolean) =>
    all.filter((line) => needs(derived.lines[line] as DerivedConfig['lines'][string]));
  switch (section) {
    case 'lines':
      return all.filter((line) => line === name);
    case 'agents':
      return linesWhere((line) => agentsOf(derived, line).has(String(name)));
    case 'clusters':
      return linesWhere((line) =>
        [...agentsOf(derived, line)].some((agent) => derived.agents[agent]?.cluster === name),
      );
    case 'packages':
      return linesWhere((line) => line.packages.includes(String(name)));
    case 'repositories':
      return linesWhere((line) => Object.hasOwn(derived.channels[line.channel] ?? {}, String(name)));
    case 'signing':
      return linesWhere((line) => signersOf(derived, line).has(String(name)));
    case 'steps':
      return linesWhere(
        (line) => derived.steps !== undefined && line.steps.length === derived.steps.length && sameSteps(derived, line),
      );
    case 'windows':
    case 'freezes': {
      const only = derived[section][Number(name)]?.lines;
      return all.filter((line) => only === undefined || only.includes(line));
    }
    default:
      return all;
  }
}

/** The line goes by the steps of the file: it has none of its own. */
const sameSteps = (derived: DerivedConfig, line: DerivedConfig['lines'][string]): boolean =>
  line.steps.every((step, index) => step.uses === derived.steps?.[index]?.uses);

function agentsOf(derived: DerivedConfig, line: DerivedConfig['lines'][string]): ReadonlySet<string> {
  const fromPackages = line.packages.map((name) => derived.packages[name]?.agent ?? 'local');
  const fromSteps = line.steps.map((step) => (step.uses === undefined ? step.agent : 'local'));
  return new Set([...fromPackages, ...fromSteps]);
}

function signersOf(derived: DerivedConfig, line: DerivedConfig['lines'][string]): ReadonlySet<string | undefined> {
  const fromPackages = line.packages.map((name) => derived.packages[name]?.sign);
  const fromRepositories = Object.keys(derived.channels[line.channel] ?? {}).map((name) => {
    const repository = derived.repositories[name];
    return repository !== undefined && 'sign' in repository ? repository.sign : undefined;
  });
  return new Set([...fromPackages, ...fromRepositories]);
}

/**
 * The line uses keys that are legal but that this version cannot act on. Nothing was started. Take the named keys out, or
 * plan with a slipway that has them; keys that concern other lines only do not stop this one.
 */
export class ConfigNotYetError extends SlipwayError {
  readonly code = 'SLIP_CONFIG_NOT_YET';
  override readonly exitCode = EXIT.usage;

  constructor(line: string, keys: readonly NotYet[]) {
    const list = keys.map((key) => `${printPlace(key)}: ${key.path} (${key.needs})`).join('; ');
    super(
      `Line ${line} uses what this slipway cannot do yet: ${list}.`,
      'Take these keys out, or install a slipway that has them.',
    );
  }
}

/** For `plan`. @throws {ConfigNotYetError} a key whose machinery does not exist yet concerns this line. */
export function refuseNotYet(config: ResolvedConfig, line: string): void {
  const keys = config.notYet.filter((key) => key.lines.includes(line));
  if (keys.length > 0) throw new ConfigNotYetError(line, keys);
}
