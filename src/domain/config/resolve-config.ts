import type { JsonValue } from '../../kernel/json.ts';
import { absolutePath } from './absolute-path.ts';
import type { DerivedAgent, DerivedConfig, DerivedPackage, DerivedRepository } from './derive-defaults.ts';
import { durationMs } from './duration.ts';
import { mapValues } from './map-values.ts';
import type { NotYetKeys } from './not-yet.ts';
import { resolvePackageOptions } from './resolve-package-options.ts';
import type {
  AgentConfig,
  ContainerConfig,
  LineConfig,
  PackageConfig,
  RepositoryConfig,
  ResolvedConfig,
  SecretReference,
  SigningConfig,
  SourceConfig,
  StepConfig,
} from './resolved-config.ts';
import type { ConfigDocument, StepDocument } from './schema/config-schema.ts';
import { isSecretReference } from './secret-reference.ts';

/** A checked config in the form the rest of Slipway works with: milliseconds, absolute paths, nothing left to look up. */
export function resolveConfig(
  derived: DerivedConfig,
  baseDir: string,
  keys: NotYetKeys,
  overrides: Readonly<Record<string, JsonValue>>,
): ResolvedConfig {
  const secret = (text: string) => secretReference(text, baseDir);
  return {
    version: 1,
    baseDir,
    project: derived.project,
    timezone: derived.timezone,
    vars: mapValues(derived.vars, String),
    lines: mapValues(derived.lines, (line) => resolveLine(line, baseDir)),
    agents: mapValues(derived.agents, resolveAgent),
    sources: mapValues(derived.sources, resolveSource),
    packages: compact(mapValues(derived.packages, (item) => resolvePackage(item, baseDir))),
    signing: mapValues(derived.signing, (item) => resolveSigning(item, secret, baseDir)),
    origin: resolveOrigin(derived.origin, baseDir),
    repositories: compact(mapValues(derived.repositories, resolveRepository)),
    channels: derived.channels,
    teams: derived.teams,
    gates: mapValues(derived.gates, ({ approvers, min, selfApproval, expires }) => ({
      approvers,
      min,
      selfApproval,
      expiresMs: ms(expires),
    })),
    steps: resolveSteps(derived.steps ?? Object.values(derived.lines)[0]?.steps ?? [], derived.agents, baseDir),
    overrides,
    ...keys,
  };

  function resolveLine(line: DerivedConfig['lines'][string], base: string): LineConfig {
    const { branch, versions, channel, gates, packages, steps } = line;
    return {
      ...(branch !== undefined && { branch }),
      versions,
      channel,
      gates,
      packages,
      steps: resolveSteps(steps, derived.agents, base),
    };
  }
}

const ms = (text: string): number => durationMs(text) ?? 0;

/** Without the members that are undefined: types whose machinery does not exist yet, which `later` keeps. */
function compact<Value>(record: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const there = Object.entries(record).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return Object.assign(Object.create(null) as Record<string, Value>, Object.fromEntries(there));
}

function secretReference(text: string, baseDir: string): SecretReference {
  const path = text.startsWith('file:') ? text.slice('file:'.length) : undefined;
  return (path === undefined ? text : `file:${absolutePath(baseDir, path)}`) as SecretReference;
}

const resolveAgent = (agent: DerivedAgent): AgentConfig => ({
  ...(agent.cluster !== undefined && { cluster: agent.cluster }),
  shell: agent.shell,
  timeoutMs: ms(agent.timeout),
  startTimeoutMs: ms(agent.startTimeout),
  retry: { attempts: agent.retry.attempts, delayMs: ms(agent.retry.delay), maxDelayMs: ms(agent.retry.maxDelay) },
});

function resolveSource(source: ConfigDocument['sources'][string]): SourceConfig {
  const { path, url, git, ref, sha256, signature, key } = source;
  if (path !== undefined) return { kind: 'path', path };
  if (git !== undefined) return { kind: 'git', git, ...(ref !== undefined && { ref }) };
  return {
    kind: 'url',
    url: url ?? '',
    ...(sha256 !== undefined && { sha256: sha256.toLowerCase() }),
    ...(signature !== undefined && { signature }),
    ...(key !== undefined && { key }),
  };
}

type Env = Readonly<Record<string, string | number | boolean>>;

const resolveEnv = (env: Env, baseDir: string): Record<string, string | SecretReference> =>
  mapValues(env, (value) =>
    typeof value === 'string' && isSecretReference(value) ? secretReference(value, baseDir) : String(value),
  );

type Commands = Pick<DerivedPackage, 'inputs' | 'env' | 'agent' | 'dir' | 'timeout' | 'retry' | 'idempotent'>;

const resolveStepBase = (step: Commands, baseDir: string) => ({
  inputs: step.inputs,
  env: resolveEnv(step.env, baseDir),
  agent: step.agent,
  ...(step.dir !== undefined && { dir: step.dir }),
  timeoutMs: ms(step.timeout),
  retryAttempts: step.retry.attempts,
  retryDelayMs: ms(step.retry.delay),
  retryMaxDelayMs: ms(step.retry.maxDelay),
  idempotent: step.idempotent,
});

function resolveContainers(step: Pick<DerivedPackage, 'run' | 'containers'>, baseDir: string): ContainerConfig[] {
  if (step.run !== undefined) return [{ name: 'run', run: step.run, env: {} }];
  return (step.containers ?? []).map(({ name, run, env }) => ({ name, run, env: resolveEnv(env, baseDir) }));
}

function resolvePackage(item: DerivedPackage, baseDir: string): PackageConfig | undefined {
  const sign = item.sign === undefined ? {} : { sign: item.sign };
  if (item.from !== undefined) return { kind: 'from', from: item.from, ...sign };
  const base = resolveStepBase(item, baseDir);
  if (item.uses === undefined)
    return {
      ...base,
      kind: 'run',
      containers: resolveContainers(item, baseDir),
      outputs: item.outputs ?? [],
      ...sign,
    };
  if (item.uses === 'rpm' || item.uses === 'msi') return undefined;
  return { ...base, kind: 'uses', uses: item.uses, with: resolvePackageOptions(item), ...sign };
}

function resolveSigning(
  { key, passphrase, agent, home, command }: ConfigDocument['signing'][string],
  secret: (text: string) => SecretReference,
  baseDir: string,
): SigningConfig {
  if (key !== undefined)
    return { kind: 'key', key: secret(key), ...(passphrase !== undefined && { passphrase: secret(passphrase) }) };
  if (agent !== undefined)
    return {
      kind: 'agent',
      fingerprint: agent.toUpperCase(),
      ...(home !== undefined && { home: absolutePath(baseDir, home) }),
    };
  return { kind: 'command', command: command ?? '' };
}

const resolveOrigin = (origin: ConfigDocument['origin'], baseDir: string) => ({
  path: origin.url.startsWith('s3:') ? origin.url : absolutePath(baseDir, origin.url),
  ...(origin.public !== undefined && { public: origin.public.replace(/\/+$/, '') }),
});

function resolveRepository(item: DerivedRepository): RepositoryConfig | undefined {
  if (item.type === 'apt') {
    const { type, layout, suite, components, keep } = item;
    return { type, sign: item.sign ?? '', layout, suite, components, keepMs: ms(keep) };
  }
  if (item.type === 'files')
    return { type: 'files', sign: item.sign ?? '', latest: item.latest ?? 'symlink', keepMs: ms(item.keep) };
  return undefined;
}

const resolveSteps = (
  steps: readonly StepDocument[],
  agents: Readonly<Record<string, DerivedAgent>>,
  baseDir: string,
): StepConfig[] => steps.map((step) => resolveStep(step, agents, baseDir)).filter((step) => step !== undefined);

function resolveStep(
  step: StepDocument,
  agents: Readonly<Record<string, DerivedAgent>>,
  baseDir: string,
): StepConfig | undefined {
  switch (step.uses) {
    case 'build':
    case 'approve':
      return { uses: step.uses };
    case 'stage':
      return { uses: 'stage', keepMs: ms(step.with.keep) };
    case 'verify': {
      const { view, clients } = step.with;
      return { uses: 'verify', view, clients: clients ?? [] };
    }
    case 'promote': {
      const { order, deadline, onFailure } = step.with;
      return { uses: 'promote', order: order ?? [], deadlineMs: ms(deadline), onFailure };
    }
    case 'mirrors':
      return undefined; // no machinery yet: `later` keeps it, plan refuses it
    case undefined:
      return resolveRunStep(step, agents, baseDir);
  }
}

function resolveRunStep(
  step: Extract<StepDocument, { uses?: undefined }>,
  agents: Readonly<Record<string, DerivedAgent>>,
  baseDir: string,
): StepConfig {
  const agent = agents[step.agent] ?? agents['local'];
  const commands = {
    ...step,
    timeout: step.timeout ?? agent?.timeout ?? '30m',
    retry: step.retry ?? agent?.retry ?? { attempts: 1, delay: '30s', maxDelay: '5m' },
  };
  return {
    ...resolveStepBase(commands, baseDir),
    uses: 'run',
    id: step.id ?? '',
    containers: resolveContainers(step, baseDir),
    outputs: step.outputs ?? [],
    ...(step.if !== undefined && { if: step.if }),
    continueOnError: step.continueOnError,
  };
}
