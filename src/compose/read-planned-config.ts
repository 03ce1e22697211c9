import { dirname } from 'node:path';
import { git } from '../adapters/config-yaml/git.ts';
import { loadConfig } from '../adapters/config-yaml/load-config.ts';
import { ConfigInvalidError } from '../domain/config/config-invalid-error.ts';
import { formatFinding } from '../domain/config/finding.ts';
import { refuseNotYet } from '../domain/config/not-yet.ts';
import type { ResolvedConfig } from '../domain/config/resolved-config.ts';
import type { PlannedConfig } from '../domain/release/planned-config.ts';
import { templatePaths } from '../domain/template/parse-template.ts';
import type { ConfigRequest } from '../ports/config-source.ts';

/** The config as a release of `line` needs it: valid, nothing in it that this program cannot do, and what its place says. */
export async function readPlannedConfig(
  request: ConfigRequest,
  options: { readonly line?: string; readonly branch?: string },
  warn: (line: string) => void,
): Promise<PlannedConfig> {
  const loaded = await loadConfig(request);
  const { config, digest, findings, path } = loaded;
  if (config === undefined || digest === undefined || path === undefined) throw new ConfigInvalidError(findings);
  for (const finding of findings) if (finding.severity === 'warning') warn(formatFinding(finding));
  if (options.line !== undefined) refuseNotYet(config, options.line);

  const baseDir = dirname(path);
  const branch = options.branch ?? (await askGit(baseDir, ['symbolic-ref', '--short', '-q', 'HEAD'], warn));
  const commitS = await askGit(baseDir, ['log', '-1', '--format=%ct'], warn);
  const environmentS = request.env['SOURCE_DATE_EPOCH'];
  return {
    config,
    digest,
    context: {
      baseDir,
      ...(branch !== undefined && { branch }),
      epoch: {
        ...(environmentS !== undefined && /^\d+$/.test(environmentS) && { environmentS: Number(environmentS) }),
        ...(commitS !== undefined && { configCommitS: Number(commitS) }),
      },
      environment: environmentOf(config, request.env),
    },
  };
}

/** Values of the `env.X` that templates name: part of the plan, so never secrets (check refuses those). */
function environmentOf(config: ResolvedConfig, env: ConfigRequest['env']): Readonly<Record<string, string>> {
  const names = templatePaths(config).flatMap((path) => (path.startsWith('env.') ? [path.slice('env.'.length)] : []));
  return Object.fromEntries(
    [...new Set(names)].flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** What git has no answer to in a place that is in order: no repository, none installed, no commit yet, no branch. */
const NOTHING_TO_SAY = /not a git repository|git is not installed|does not have any commits|^git ended with 1$/;

/** What git says about the config's folder. Anything else that it says is a reason to look: it decides about bytes. */
async function askGit(
  folder: string,
  args: readonly string[],
  warn: (line: string) => void,
): Promise<string | undefined> {
  const answer = await git(folder, args);
  if ('bytes' in answer) return answer.bytes.toString('utf8').trim() || undefined;
  if (!NOTHING_TO_SAY.test(answer.problem))
    warn(`warning: git ${args[0]} in ${folder}: ${answer.problem}. Branch and commit time are not known to this plan.`);
  return undefined;
}
