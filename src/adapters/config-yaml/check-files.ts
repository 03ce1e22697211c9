import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { checkPodTemplate } from '../../domain/config/check-pod-template.ts';
import type { ConfigNode } from '../../domain/config/config-node.ts';
import type { Finding, Severity } from '../../domain/config/finding.ts';
import { printPath } from '../../domain/config/key-path.ts';
import { type Match, matchPaths, textOf } from '../../domain/config/rules/match-paths.ts';
import { parseYaml } from './parse-yaml.ts';
import type { ConfigFolder } from './read-config-tree.ts';

/** Keys that name a file, and how bad it is when it is not there (yet). */
const FILES: readonly (readonly [pattern: string, severity: Severity, remedy: string])[] = [
  ['lines.*.checklist', 'error', 'Create it, or mend the path.'],
  ['agents.*.podTemplate', 'error', 'Create it, or mend the path.'],
  ['postmortem.template', 'error', 'Create it, or write "house".'],
  ['sources.*.key', 'error', 'Add the public key that must have signed.'],
  ['server.auth.tokens', 'warning', 'Create it before "slipway serve".'],
  ['sources.*.path', 'warning', 'Let your build make it, or mend the path, before "slipway plan".'],
  ['signing.*.key', 'warning', 'Put the key there before "slipway stage"; "slipway init" makes one.'],
  ['signing.*.passphrase', 'warning', 'Put the passphrase there before "slipway stage".'],
];

/** Looks whether the files that the config names are there. */
export async function checkFiles(root: ConfigNode, folder: ConfigFolder): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [pattern, severity, remedy] of FILES)
    for (const match of matchPaths(root, pattern)) {
      const path = fileOf(match);
      if (path === undefined || (await exists(resolve(folder.baseDir, path)))) continue;
      const happened = `${printPath(match.path)} names ${path}, which is not there.`;
      findings.push({ ...match.node.place, severity, code: 'SLIP_CONFIG_FILE_NOT_FOUND', happened, remedy });
    }
  for (const match of matchPaths(root, 'agents.*.podTemplate')) findings.push(...(await checkTemplate(match, folder)));
  return findings;
}

/** The path a match names; undefined where it names no file of this machine, or not one that is known before a release. */
function fileOf({ path, node }: Match): string | undefined {
  const text = textOf(node);
  if (text === undefined || text === '' || text.includes('${{')) return undefined;
  if (path[0] === 'signing') return text.startsWith('file:') ? text.slice('file:'.length) : undefined;
  return path[0] === 'postmortem' && text === 'house' ? undefined : text;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // whatever the reason: what cannot be reached now could not be read either
  }
}

async function checkTemplate({ node }: Match, folder: ConfigFolder): Promise<readonly Finding[]> {
  const path = textOf(node);
  const read = path === undefined ? undefined : await folder.read(path);
  if (path === undefined || read === undefined || 'problem' in read) return []; // not there: told above
  const parsed = parseYaml(read.bytes, folder.nameOf(path));
  return [...parsed.findings, ...(parsed.root === undefined ? [] : checkPodTemplate(parsed.root))];
}
