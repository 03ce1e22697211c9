import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../adapters/config-yaml/load-config.ts';
import { ConfigInvalidError } from '../domain/config/config-invalid-error.ts';
import { formatFinding } from '../domain/config/finding.ts';
import { refuseNotYet } from '../domain/config/not-yet.ts';
import type { ResolvedConfig } from '../domain/config/resolved-config.ts';
import type { PlannedConfig } from '../domain/release/planned-config.ts';
import { templatePaths } from '../domain/template/parse-template.ts';
import type { ConfigRequest } from '../ports/config-source.ts';

const run = promisify(execFile);

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
  const branch = options.branch ?? (await git(baseDir, ['symbolic-ref', '--short', '-q', 'HEAD']));
  const commitS = await git(baseDir, ['log', '-1', '--format=%ct']);
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

const GIT_TIMEOUT_MS = 10_000;

/** What git says about the config's folder; undefined when it is in no repository, or git is not installed. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
    const { stdout } = await run('git', ['-C', folder, ...args], { timeout: GIT_TIMEOUT_MS, env });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // a folder without git is as good as any: branch and commit time are simply not known
  }
}
