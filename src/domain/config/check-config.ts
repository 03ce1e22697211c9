import type { Sha256 } from '../../kernel/ids.ts';
import type { JsonValue } from '../../kernel/json.ts';
import { checkShape } from './check-shape.ts';
import { configDigest } from './config-digest.ts';
import type { ConfigNode } from './config-node.ts';
import { deriveDefaults } from './derive-defaults.ts';
import { type ExplainedValue, explain } from './explain.ts';
import { type Finding, hasErrors, sortFindings } from './finding.ts';
import { mergeExtends } from './merge-extends.ts';
import { findNotYet } from './not-yet.ts';
import { locate, type PathFinding } from './path-finding.ts';
import { resolveConfig } from './resolve-config.ts';
import type { NotYet, ResolvedConfig } from './resolved-config.ts';
import { checkRules } from './rules/all-rules.ts';
import type { ConfigDocument } from './schema/config-schema.ts';

export interface CheckedConfig {
  readonly config: ResolvedConfig | undefined;
  readonly digest: Sha256 | undefined;
  readonly findings: readonly Finding[];
  explain(path: string): readonly ExplainedValue[];
  /** The file with `extends` merged in, and its values with the defaults of each key: for comparing branches. */
  readonly root: ConfigNode;
  readonly document: ConfigDocument | undefined;
}

/** From the values of a file to a config, with everything that is wrong with it. */
export function checkConfig(
  written: ConfigNode,
  from: { baseDir: string; overrides: Readonly<Record<string, JsonValue>>; findings: readonly Finding[] },
): CheckedConfig {
  if (written.kind !== 'map')
    return {
      config: undefined,
      digest: undefined,
      explain: () => [],
      root: written,
      document: undefined,
      findings: sortFindings([...from.findings, noMap(written)]),
    };
  const { root, findings: circles } = mergeExtends(written);
  const shape = checkShape(root);
  const derived = deriveDefaults(shape.document);
  const keys = findNotYet(root, derived);
  const rules = checkRules({ root, document: shape.document, config: derived, pruned: shape.pruned });
  const byPath: PathFinding[] = [...circles, ...shape.findings, ...rules];
  const findings = sortFindings([
    ...from.findings,
    ...unique(byPath.map((finding) => locate(root, finding))),
    ...keys.notYet.map(notYetFinding),
  ]);
  const config = hasErrors(findings) ? undefined : resolveConfig(derived, from.baseDir, keys, from.overrides);
  return {
    config,
    digest: config && configDigest(config),
    findings,
    explain: (path) => explain(root, derived, path),
    root,
    document: shape.document,
  };
}

/** An inherited mistake shows up in each heir: it is told once. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.file}:${finding.line}:${finding.column} ${finding.code}`;
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

const noMap = (root: ConfigNode): Finding => ({
  ...root.place,
  severity: 'error',
  code: 'SLIP_CONFIG_TYPE',
  happened: `The file is a ${root.kind === 'list' ? 'list' : 'single value'}, not a map.`,
  remedy: 'Write keys and values, the first being "version: 1".',
});

const notYetFinding = ({ path, file, line, column, needs }: NotYet): Finding => ({
  file,
  line,
  column,
  severity: 'note',
  code: 'SLIP_CONFIG_NOT_YET',
  happened: `${path} is legal, but this slipway cannot act on it yet (${needs}).`,
  remedy: '"slipway plan" refuses the lines that use it; take it out to release now.',
});
