import type {
  AgentConfig,
  PackageConfig,
  PackageOptions,
  ResolvedConfig,
  SourceConfig,
  StepConfig,
} from '../../../src/domain/config/resolved-config.ts';
import type { RunPlan } from '../../../src/domain/run/run-plan.ts';
import type { ReleaseId } from '../../../src/kernel/ids.ts';
import { toInstant } from '../../../src/kernel/instant.ts';

const LOCAL: AgentConfig = {
  shell: 'sh',
  timeoutMs: 1_800_000,
  startTimeoutMs: 1_200_000,
  retry: { attempts: 3, delayMs: 30_000, maxDelayMs: 300_000 },
};

const STEP = {
  env: {},
  agent: 'local',
  timeoutMs: 1_800_000,
  retryAttempts: 3,
  retryDelayMs: 30_000,
  retryMaxDelayMs: 300_000,
  idempotent: true,
} as const;

type Script = Extract<PackageConfig, { kind: 'run' }>;
type OwnStep = Extract<StepConfig, { uses: 'run' }>;

/** A package made by a script. */
export const script = (inputs: readonly string[] = [], more: Partial<Script> = {}): Script => ({
  kind: 'run',
  ...STEP,
  inputs,
  containers: [{ name: 'run', run: 'make', env: {} }],
  outputs: ['out/*'],
  ...more,
});

/** A step of the config's own. */
export const own = (id: string, more: Partial<OwnStep> = {}): OwnStep => ({
  uses: 'run',
  id,
  ...STEP,
  idempotent: false,
  inputs: [],
  containers: [{ name: 'run', run: `./${id}.sh`, env: {} }],
  outputs: [],
  continueOnError: false,
  ...more,
});

export const build = (
  uses: 'deb' | 'tar' | 'zip',
  inputs: readonly string[],
  options: Partial<PackageOptions> = {},
): PackageConfig => ({
  kind: 'uses',
  uses,
  ...STEP,
  inputs,
  with: {
    name: 'hello',
    summary: 'hello',
    maintainer: 'hello <noreply@localhost>',
    arch: 'all',
    files: {},
    relations: {},
    conffiles: [],
    scripts: {},
    systemd: [],
    compression: 'gzip',
    ...options,
  },
});

export interface RunConfig {
  readonly sources?: Readonly<Record<string, SourceConfig>>;
  readonly packages: Readonly<Record<string, PackageConfig>>;
  readonly linePackages?: readonly string[];
  readonly steps?: readonly StepConfig[];
  readonly vars?: Readonly<Record<string, string>>;
  readonly agents?: Readonly<Record<string, AgentConfig>>;
}

export function configOf({
  sources = {},
  packages,
  linePackages,
  steps = [],
  vars = {},
  agents = {},
}: RunConfig): ResolvedConfig {
  const all: readonly StepConfig[] = [{ uses: 'build' }, ...steps];
  return {
    version: 1,
    baseDir: '/nowhere',
    project: 'hello',
    timezone: 'UTC',
    vars,
    lines: {
      main: {
        versions: '1.{n}',
        channel: 'stable',
        gates: [],
        packages: linePackages ?? Object.keys(packages),
        steps: all,
      },
    },
    agents: { local: LOCAL, ...agents },
    sources,
    packages,
    signing: {},
    origin: { path: '/nowhere' },
    repositories: {},
    channels: { stable: {} },
    teams: {},
    gates: {},
    steps: all,
    overrides: {},
    notYet: [],
    later: {},
  };
}

export const RUN = 'main-1.1' as ReleaseId;

export const planOf = (config: RunConfig, more: Partial<RunPlan> = {}): RunPlan => ({
  release: RUN,
  line: 'main',
  version: '1.1',
  channel: 'stable',
  revision: 1,
  plannedAt: toInstant(Date.parse('2026-11-22T09:00:00Z')),
  config: configOf(config),
  baseDir: '/nowhere',
  epoch: {},
  environment: {},
  ...more,
});
