import { commandSteps, error, isWritten, type RuleContext } from './rule-context.ts';

const WINDOWS_SHELLS = new Set(['powershell', 'cmd']);

/** Agents: what their keys say together. What pods alone need is in the lint rules. */
export function checkAgents(context: RuleContext): void {
  if (isWritten(context, ['agents', 'local']))
    error(context, {
      code: 'SLIP_CONFIG_RESERVED',
      path: ['agents', 'local'],
      of: 'key',
      happened: 'agents.local always exists and cannot be redefined.',
      remedy: 'Name this agent otherwise.',
    });
  for (const [name, agent] of Object.entries(context.document.agents)) {
    const windows = agent.os === 'windows';
    if (agent.shell !== undefined && WINDOWS_SHELLS.has(agent.shell) !== windows)
      error(context, {
        code: 'SLIP_CONFIG_VALUE',
        path: ['agents', name, 'shell'],
        happened: `agents.${name}.shell is ${agent.shell} on ${agent.os}.`,
        remedy: windows ? 'Write powershell or cmd.' : 'Write sh or bash.',
      });
    if (agent.cluster !== undefined && agent.image === undefined && !everyStepHasImage(context, name))
      error(context, {
        code: 'SLIP_CONFIG_MISSING',
        path: ['agents', name],
        of: 'key',
        happened: `agents.${name} runs in a cluster and has no "image".`,
        remedy: 'Add the image its commands run in, with its digest.',
      });
    checkVolumes(context, name, Object.keys(agent.volumes ?? {}));
  }
  checkMounts(context);
}

function everyStepHasImage(context: RuleContext, agent: string): boolean {
  const steps = commandSteps(context).filter(({ step }) => step.agent === agent);
  return (
    steps.length > 0 &&
    steps.every(({ step }) => step.image !== undefined || step.containers?.every(({ image }) => image !== undefined))
  );
}

/** A volume that no step names would still be mounted by nobody, and its claim be kept for nothing. */
function checkVolumes(context: RuleContext, agent: string, volumes: readonly string[]): void {
  const mounted = new Set(
    commandSteps(context).flatMap(({ step }) => (step.agent === agent ? (step.volumes ?? []) : [])),
  );
  for (const volume of volumes) {
    const path = ['agents', agent, 'volumes', volume];
    if (!mounted.has(volume) && !mountedByHeir(context, agent, volume))
      error(context, {
        code: 'SLIP_CONFIG_VOLUME_UNUSED',
        path,
        of: 'key',
        happened: `agents.${agent}.volumes.${volume} is mounted by no step.`,
        remedy: 'Remove it.',
      });
  }
}

/** A parent's volume may be there for an agent that extends it. */
function mountedByHeir(context: RuleContext, agent: string, volume: string): boolean {
  const heirs = Object.entries(context.document.agents).filter(([, item]) => item.extends === agent);
  return heirs.some(
    ([name]) =>
      commandSteps(context).some(({ step }) => step.agent === name && step.volumes?.includes(volume)) ||
      mountedByHeir(context, name, volume),
  );
}

function checkMounts(context: RuleContext): void {
  for (const { path, name, step } of commandSteps(context))
    for (const [index, volume] of (step.volumes ?? []).entries()) {
      const known = Object.keys(context.document.agents[step.agent]?.volumes ?? {});
      if (known.includes(volume)) continue;
      error(context, {
        code: 'SLIP_CONFIG_UNKNOWN_NAME',
        path: [...path, 'volumes', index],
        happened: `${name} mounts "${volume}", which agents.${step.agent} does not have.`,
        remedy:
          known.length === 0
            ? `Add it under agents.${step.agent}.volumes, or remove it.`
            : `Write one of: ${known.join(', ')}.`,
      });
    }
}
