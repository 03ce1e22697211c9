import { durationMs, printDuration } from '../duration.ts';
import type { KeyPath } from '../key-path.ts';
import type { AgentDocument } from '../schema/config-schema.ts';
import { commandSteps, error, isCut, isWritten, note, type RuleContext, warning } from './rule-context.ts';
import { checkVolumeLint } from './volume-lint.ts';

/** What makes pods fail, seen before the first one is made (`kubernetes.md` 8). */
export function checkPodLint(context: RuleContext): void {
  const clustered = Object.entries(context.document.agents).filter(([, agent]) => agent.cluster !== undefined);
  for (const [name, agent] of clustered) {
    checkResources(context, name, agent);
    checkSelector(context, name, agent);
    checkDeadlines(context, name, agent);
    checkRights(context, name, agent);
    checkImage(context, ['agents', name, 'image'], agent.image);
  }
  for (const { path, step } of commandSteps(context)) {
    checkImage(context, [...path, 'image'], step.image);
    for (const [index, { image }] of (step.containers ?? []).entries())
      checkImage(context, [...path, 'containers', index, 'image'], image);
  }
  for (const [name, cluster] of Object.entries(context.document.clusters))
    for (const os of ['linux', 'windows'] as const)
      checkImage(context, ['clusters', name, 'helperImages', os], cluster.helperImages?.[os]);
  checkRetries(context);
  checkVolumeLint(context);
  if (clustered.length > 0)
    note(context, {
      code: 'SLIP_CONFIG_NOT_CHECKED',
      path: ['clusters'],
      of: 'key',
      happened:
        'Not checked here, because they need the cluster: its context and namespace, toleration-missing, windows-build, volume-shared-rwo.',
      remedy: 'Steps on clusters come later: until then "slipway plan" refuses them, by name.',
    });
}

function checkResources(context: RuleContext, name: string, agent: AgentDocument): void {
  if (isCut(context, ['agents', name, 'resources'])) return;
  const missing = (['cpu', 'memory'] as const).filter((key) => agent.resources?.[key] === undefined);
  if (missing.length > 0)
    error(context, {
      code: 'SLIP_LINT_REQUESTS_MISSING',
      path: isWritten(context, ['agents', name, 'resources']) ? ['agents', name, 'resources'] : ['agents', name],
      of: 'key',
      happened: `Pods of agents.${name} have no ${missing.join(' and ')} request: no node keeps room for them.`,
      remedy: 'Add resources: { cpu: 2, memory: 4Gi }.',
    });
}

const OS_LABEL = 'kubernetes.io/os';

function checkSelector(context: RuleContext, name: string, agent: AgentDocument): void {
  const selected = agent.nodeSelector?.[OS_LABEL];
  if (selected !== undefined && selected !== agent.os)
    error(context, {
      code: 'SLIP_LINT_OS_SELECTOR',
      path: ['agents', name, 'nodeSelector', OS_LABEL],
      happened: `agents.${name} selects nodes of ${selected}, and its os is ${agent.os}.`,
      remedy: `Write os: ${selected}, which selects by itself.`,
    });
}

/** One kubelet cycle: before it is over, a volume that is still being mounted says nothing. */
const KUBELET_CYCLE_MS = 123_000;

function checkDeadlines(context: RuleContext, name: string, agent: AgentDocument): void {
  const { volumes } = agent.phases ?? {};
  if (volumes !== undefined && (durationMs(volumes) ?? 0) < KUBELET_CYCLE_MS)
    error(context, {
      code: 'SLIP_LINT_DEADLINE_VOLUME',
      path: ['agents', name, 'phases', 'volumes'],
      happened: `Volumes deadline ${volumes} is under a kubelet cycle (123 s).`,
      remedy: 'Write 5m.',
    });
  const start = durationMs(context.config.agents[name]?.startTimeout ?? '') ?? 0;
  for (const [phase, text] of Object.entries(agent.phases ?? {}))
    if (text !== undefined && (durationMs(text) ?? 0) >= start)
      error(context, {
        code: 'SLIP_LINT_RETRY_UNBOUNDED',
        path: ['agents', name, 'phases', phase],
        happened: `agents.${name}.phases.${phase} (${text}) is not shorter than startTimeout (${printDuration(start)}), which is for all attempts.`,
        remedy: 'Write a longer startTimeout, or a shorter phase.',
      });
}

const PRIVILEGES = new Set(['privileged', 'hostProcess', 'allowPrivilegeEscalation']);
const LINUX_ONLY = new Set([
  'fsGroup',
  'runAsUser',
  'runAsGroup',
  'seccompProfile',
  'seLinuxOptions',
  'capabilities',
  'allowPrivilegeEscalation',
  'supplementalGroups',
  'sysctls',
]);

function checkRights(context: RuleContext, name: string, agent: AgentDocument): void {
  for (const [key, value] of Object.entries(agent.securityContext ?? {})) {
    const path = ['agents', name, 'securityContext', key];
    const windowsOptions = key === 'windowsOptions' && JSON.stringify(value).includes('"hostProcess":true');
    if ((PRIVILEGES.has(key) && value === true) || windowsOptions)
      error(context, {
        code: 'SLIP_LINT_CONTAINER_PRIVILEGED',
        path,
        of: 'key',
        happened: `agents.${name} asks for ${windowsOptions ? 'hostProcess' : key}: rights over the node.`,
        remedy: 'Remove it.',
      });
    else if (agent.os === 'windows' && LINUX_ONLY.has(key))
      error(context, {
        code: 'SLIP_LINT_WINDOWS_LINUX_FIELD',
        path,
        of: 'key',
        happened: `"${key}" has no meaning on Windows.`,
        remedy: 'Remove it.',
      });
  }
}

function checkImage(context: RuleContext, path: KeyPath, image: string | undefined): void {
  if (image === undefined || image.includes('@sha256:') || image.includes('${{')) return;
  const tag = /:([^/:@]+)$/.exec(image)?.[1] ?? 'latest';
  const helper = path.includes('helperImages');
  if (tag !== 'latest' && !helper) return;
  warning(context, {
    code: 'SLIP_LINT_IMAGE_TAG',
    path,
    happened: `"${image}"${image.includes(':latest') || tag !== 'latest' ? '' : ' (latest)'} can change before a release is resumed.`,
    remedy: 'Pin a digest: name@sha256:...',
  });
}

/** A step that must not run twice is not given a second attempt. */
function checkRetries(context: RuleContext): void {
  for (const { path, name, step } of commandSteps(context)) {
    if (step.idempotent || !isWritten(context, [...path, 'retry', 'attempts']) || (step.retry?.attempts ?? 1) <= 1)
      continue;
    error(context, {
      code: 'SLIP_LINT_RETRY_IRREVERSIBLE',
      path: [...path, 'retry', 'attempts'],
      happened: `Step "${name}" is not idempotent, and has ${step.retry?.attempts} attempts.`,
      remedy: 'Write retry: { attempts: 1 }, or idempotent: true if it may run again.',
    });
  }
}
