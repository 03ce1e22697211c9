import type { KeyPath } from '../key-path.ts';
import { type CommandStep, commandSteps, error, isWritten, type RuleContext } from './rule-context.ts';

/** Volumes: what the story began with. */
export function checkVolumeLint(context: RuleContext): void {
  for (const { path, name, step } of commandSteps(context)) {
    const volumes = context.document.agents[step.agent]?.volumes ?? {};
    for (const [index, volume] of (step.volumes ?? []).entries()) {
      const mounted = volumes[volume];
      if (mounted !== undefined) checkUsed(context, [...path, 'volumes', index], name, volume, mounted.path, step);
    }
    if ((step.volumes?.length ?? 0) > 0 && step.inputs.length === 0 && step.outputs === undefined)
      error(context, {
        code: 'SLIP_LINT_VOLUME_NO_FILES',
        path: [...path, 'volumes'],
        of: 'key',
        happened: `"${name}" mounts a claim and declares no files.`,
        remedy: 'Use inputs and outputs.',
      });
  }
  checkTwoSystems(context);
  for (const [name, agent] of Object.entries(context.document.agents))
    if (agent.os === 'windows') checkWindowsPaths(context, name);
}

function checkUsed(
  context: RuleContext,
  at: KeyPath,
  name: string,
  volume: string,
  path: string,
  step: CommandStep,
): void {
  const scripts = [step.run ?? '', ...(step.containers ?? []).map(({ run }) => run)];
  const texts = [
    ...scripts,
    step.dir ?? '',
    ...step.inputs,
    ...(step.outputs ?? []),
    ...Object.values(step.env).map(String),
  ];
  const plain = (text: string) => text.replaceAll('\\', '/').toLowerCase();
  if (texts.some((text) => plain(text).includes(plain(path)))) return;
  error(context, {
    code: 'SLIP_LINT_VOLUME_UNUSED',
    path: at,
    happened: `Volume "${volume}" is mounted, but no script, input or output of "${name}" names its path (${path}).`,
    remedy: 'Remove it.',
  });
}

function checkTwoSystems(context: RuleContext): void {
  const systems = new Map<string, { os: string; agent: string }>();
  for (const [agent, { os, cluster, volumes }] of Object.entries(context.document.agents))
    for (const [volume, { claim }] of Object.entries(volumes ?? {})) {
      const key = `${cluster ?? ''} ${claim}`;
      const other = systems.get(key);
      if (other === undefined) systems.set(key, { os, agent });
      else if (other.os !== os)
        error(context, {
          code: 'SLIP_LINT_VOLUME_TWO_OS',
          path: ['agents', agent, 'volumes', volume, 'claim'],
          happened: `Claim "${claim}" is mounted on ${other.os} (agents.${other.agent}) and on ${os} (agents.${agent}).`,
          remedy: 'Pass files as outputs.',
        });
    }
}

function checkWindowsPaths(context: RuleContext, agent: string): void {
  const volumes = Object.entries(context.document.agents[agent]?.volumes ?? {});
  const plain = (path: string) => `${path.replaceAll('/', '\\').replace(/\\+$/, '').toLowerCase()}\\`;
  for (const [volume, { path }] of volumes) {
    const at = ['agents', agent, 'volumes', volume, 'path'];
    const mixed = path.includes('/') && path.includes('\\');
    const within = volumes.find(([other, item]) => other !== volume && plain(path).startsWith(plain(item.path)));
    if (!isWritten(context, at) || (!mixed && within === undefined)) continue;
    error(context, {
      code: 'SLIP_LINT_WINDOWS_PATH',
      path: at,
      happened: mixed ? `"${path}" mixes styles.` : `"${path}" lies inside the mount of "${within?.[0]}".`,
      remedy: mixed ? 'Write one style, such as C:\\a\\b.' : 'Mount them side by side.',
    });
  }
}
