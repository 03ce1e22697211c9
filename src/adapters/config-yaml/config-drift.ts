import { basename } from 'node:path';
import { checkConfig } from '../../domain/config/check-config.ts';
import { type BranchConfig, configDifferences } from '../../domain/config/config-differences.ts';
import { placeOf } from '../../domain/config/config-node.ts';
import { type Finding, sortFindings } from '../../domain/config/finding.ts';
import { newestBranch } from '../../domain/config/newest-branch.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import { git, gitLine, showFile } from './git.ts';
import { type ReadConfig, readConfig } from './read-config.ts';
import { type ConfigFolder, readConfigTree } from './read-config-tree.ts';

/**
 * Compares the config of each line's branch, as local git has it; the branch that is checked out counts as the files that
 * lie there. A line's pattern that fits several branches means the one with the highest `{base}`.
 */
export const configDrift: ConfigSource['drift'] = async (request, { strict }) => {
  const here = await readConfig({
    cwd: request.cwd,
    env: {},
    ...(request.file !== undefined && { file: request.file }),
  });
  const document = here.checked?.document;
  const lines = Object.entries(document?.lines ?? {}).flatMap(([name, { branch }]) =>
    branch === undefined ? [] : [{ name, branch }],
  );
  if (here.path === undefined || here.checked === undefined || document === undefined || lines.length === 0) return [];
  const baseDir = here.path.slice(0, -basename(here.path).length - 1) || '/';
  const branches = await listBranches(baseDir);
  const at = (line: string) => placeOf(here.checked?.root ?? missing, ['lines', line, 'branch'], 'value');
  if ('problem' in branches) return [notCompared(at(lines[0]?.name ?? ''), branches.problem)];

  const findings: Finding[] = [];
  const chosen = new Map<string, string>();
  for (const { name, branch } of lines) {
    const found = newestBranch(branch, [...branches.refs.keys()], branches.head);
    if (found === undefined) findings.push(noBranch(at(name), name, branch));
    else chosen.set(found, branches.refs.get(found) ?? found);
  }
  const configs = await readBranches(here, baseDir, chosen, branches.head, findings);
  const [first, ...others] = configs;
  if (first !== undefined) for (const other of others) findings.push(...configDifferences(first, other));
  return sortFindings(strict ? findings.map(strictly) : findings);
};

const missing = {
  kind: 'scalar',
  value: null,
  source: '',
  by: 'file',
  place: { file: '', line: 0, column: 0 },
} as const;

const strictly = (finding: Finding): Finding =>
  finding.severity === 'warning' ? { ...finding, severity: 'error' } : finding;

interface Branches {
  /** Short name to full ref; local branches before those of remotes. */
  readonly refs: ReadonlyMap<string, string>;
  /** The branch that is checked out; undefined for a commit alone. */
  readonly head: string | undefined;
}

async function listBranches(folder: string): Promise<Branches | { readonly problem: string }> {
  const answer = await git(folder, ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes']);
  if ('problem' in answer) return answer;
  const refs = new Map<string, string>();
  for (const ref of answer.bytes.toString('utf8').split('\n').filter(Boolean)) {
    const name = ref.replace(/^refs\/heads\/|^refs\/remotes\/[^/]+\//, '');
    if (name !== 'HEAD' && !refs.has(name)) refs.set(name, ref);
  }
  return { refs, head: await gitLine(folder, ['symbolic-ref', '--short', '-q', 'HEAD']) };
}

/** The configs to compare, that of this folder first if its branch is one of them. What cannot be read is told. */
async function readBranches(
  here: ReadConfig,
  baseDir: string,
  chosen: ReadonlyMap<string, string>,
  head: string | undefined,
  findings: Finding[],
): Promise<readonly BranchConfig[]> {
  const configs: BranchConfig[] = [];
  const own = here.checked;
  if (head !== undefined && chosen.has(head) && own?.document !== undefined)
    configs.push({ branch: head, root: own.root, document: own.document });
  for (const [branch, ref] of chosen) {
    if (branch === head) continue;
    const read = await readBranch(baseDir, branch, ref, basename(here.path ?? ''));
    if ('happened' in read) findings.push(read);
    else configs.push(read);
  }
  return configs;
}

async function readBranch(baseDir: string, branch: string, ref: string, file: string): Promise<BranchConfig | Finding> {
  const name = `${branch}:${file}`;
  const fail = (happened: string): Finding => ({
    file: name,
    line: 0,
    column: 0,
    severity: 'warning',
    code: 'SLIP_CONFIG_DRIFT',
    happened,
    remedy: 'Put the same file on both branches, or include one.',
  });
  const shown = await showFile(baseDir, ref, file);
  if ('problem' in shown) return fail(`Branch ${branch} has no ${file} to compare: ${shown.problem}.`);
  const folder: ConfigFolder = {
    baseDir,
    read: (path) => showFile(baseDir, ref, path),
    nameOf: (path) => `${branch}:${path}`,
  };
  const tree = await readConfigTree(folder, shown.bytes, name, shown.commit);
  const checked =
    tree.root &&
    checkConfig(tree.root, { baseDir, overrides: {}, findings: tree.findings, isComplete: tree.isComplete });
  const errors = (checked?.findings ?? tree.findings).filter(({ severity }) => severity === 'error');
  const [error] = errors;
  if (error !== undefined || checked?.document === undefined)
    return fail(
      `${file} of branch ${branch} has ${errors.length} errors and was not compared; the first: ${error?.happened ?? ''}`,
    );
  return { branch, root: checked.root, document: checked.document };
}

const noBranch = (place: Pick<Finding, 'file' | 'line' | 'column'>, line: string, pattern: string): Finding => ({
  ...place,
  severity: 'warning',
  code: 'SLIP_CONFIG_BRANCH',
  happened: `lines.${line}.branch is "${pattern}", and no branch of this repository is one.`,
  remedy: 'Mend the pattern, or fetch the branch.',
});

const notCompared = (place: Pick<Finding, 'file' | 'line' | 'column'>, problem: string): Finding => ({
  ...place,
  severity: 'note',
  code: 'SLIP_CONFIG_NOT_CHECKED',
  happened: `The branches of lines were not compared: ${problem}.`,
  remedy: 'Run it in a clone of the repository.',
});
