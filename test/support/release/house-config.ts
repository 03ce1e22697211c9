import type {
  GateConfig,
  RepositoryConfig,
  ResolvedConfig,
  StepConfig,
} from '../../../src/domain/config/resolved-config.ts';
import { build, configOf } from '../simulated/run-config.ts';

export const DAY_MS = 24 * 3_600_000;

export interface HouseConfig {
  /** Of line main. */
  readonly gates?: Readonly<Record<string, Partial<GateConfig>>>;
  readonly stageKeepMs?: number;
  readonly deadlineMs?: number;
  readonly keepMs?: number;
  /** Without the step that proves what is staged. */
  readonly isUnproved?: boolean;
  /** `with.version` of the deb. */
  readonly debVersion?: string;
}

/**
 * Two lines on one channel with an apt and a files repository: `main` counts 1.1, 1.2, ...; `lts` counts 0.1, 0.2, ... and
 * brings packages of other names.
 */
export function houseConfig(options: HouseConfig = {}): ResolvedConfig {
  const { gates = {}, keepMs = 7 * DAY_MS } = options;
  const base = configOf({ packages: {} });
  const apt: RepositoryConfig = {
    type: 'apt',
    sign: 'gpg',
    layout: 'suites',
    suite: 'stable',
    components: ['main'],
    keepMs,
  };
  const line = { channel: 'stable', gates: Object.keys(gates) };
  const version = options.debVersion === undefined ? {} : { version: options.debVersion };
  return {
    ...base,
    project: 'hello',
    origin: { path: '/public' }, // each house has its own; plans name none
    signing: { gpg: { kind: 'key', key: 'env:KEY' as never } },
    repositories: { apt, files: { type: 'files', sign: 'gpg', latest: 'symlink', keepMs } },
    channels: { stable: { apt: 'debian', files: 'download' } },
    packages: {
      deb: build('deb', [], { name: 'hello', ...version }),
      tar: build('tar', [], { name: 'hello' }),
      'lts-deb': build('deb', [], { name: 'hello-lts' }),
      'lts-tar': build('tar', [], { name: 'hello-lts' }),
    },
    gates: Object.fromEntries(Object.entries(gates).map(([name, gate]) => [name, gateOf(gate)])),
    lines: {
      main: { ...line, versions: '1.{n}', packages: ['deb', 'tar'], steps: stepsOf(options) },
      lts: { ...line, gates: [], versions: '0.{n}', packages: ['lts-deb', 'lts-tar'], steps: stepsOf(options) },
    },
  };
}

const gateOf = (gate: Partial<GateConfig>): GateConfig => ({
  approvers: ['bob', 'carol'],
  min: 1,
  selfApproval: false,
  expiresMs: 3 * DAY_MS,
  ...gate,
});

function stepsOf({ gates = {}, stageKeepMs = 21 * DAY_MS, deadlineMs = 3_600_000, isUnproved }: HouseConfig) {
  const steps: readonly StepConfig[] = [
    { uses: 'build' },
    { uses: 'stage', keepMs: stageKeepMs },
    ...(isUnproved === true ? [] : [{ uses: 'verify', view: 'staging', clients: [] } as const]),
    ...(Object.keys(gates).length === 0 ? [] : [{ uses: 'approve' } as const]),
    { uses: 'promote', order: [], deadlineMs, onFailure: 'undo' },
    { uses: 'verify', view: 'live', clients: [] },
  ];
  return steps;
}
