import { targetOf } from '../journal/streams.ts';
import { channelRepositories } from '../repository/channel-repositories.ts';
import { approversOf } from './gate-state.ts';
import type { PlannedConfig } from './planned-config.ts';
import type { ReleasePlan } from './release-plan.ts';
import { stepsOfLine } from './steps-of-line.ts';

/** The plan before anything has been built: version, packages by name, targets, gates. Its digest covers the config. */
export function unbuiltPlan(
  { config, digest }: PlannedConfig,
  release: {
    readonly id: string;
    readonly line: string;
    readonly version: string;
    readonly revision: number;
    readonly number: number;
  },
): ReleasePlan {
  const line = config.lines[release.line];
  if (line === undefined) throw new Error(`no line ${release.line}`);
  const repositories = channelRepositories(config, line.channel);
  const promote = stepsOfLine(config, release.line).find((step) => step.uses === 'promote');
  return {
    project: config.project,
    line: release.line,
    channel: line.channel,
    release: release.id,
    revision: release.revision,
    number: release.number,
    version: release.version,
    configDigest: digest,
    packages: line.packages.map((name) => ({
      package: name,
      file: null,
      sizeBytes: null,
      sha256: null,
      signer: config.packages[name]?.sign ?? null,
    })),
    targets: [
      {
        target: targetOf(line.channel),
        change: Object.keys(repositories).map((repository) => ({ repository, added: [], removed: [], changed: [] })),
        undo: 'pointer',
      },
    ],
    order: [...(promote?.order ?? Object.keys(repositories))],
    pivot: null,
    gates: line.gates.flatMap((name) => {
      const gate = config.gates[name];
      if (gate === undefined) return [];
      const { min, selfApproval, expiresMs } = gate;
      return [{ name, approvers: [...approversOf(gate, config.teams)].sort(), min, selfApproval, expiresMs }];
    }),
    checklistDigest: null,
  };
}
