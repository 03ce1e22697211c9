import { nodeAt } from '../config-node.ts';
import { type KeyPath, printPath } from '../key-path.ts';
import { parseSecretReference } from '../secret-reference.ts';
import { matchPaths, textOf } from './match-paths.ts';
import { error, type RuleContext } from './rule-context.ts';

/** Where `env:` maps stand, and the agent that decides what may be in them. */
const ENV_MAPS = [
  'packages.*.env.*',
  'packages.*.containers[].env.*',
  'steps[].env.*',
  'steps[].containers[].env.*',
  'repositories.*.env.*',
];

/** URLs people put credentials into. */
const URLS = [
  'sources.*.url',
  'sources.*.git',
  'repositories.*.remote',
  'server.url',
  'postmortem.repo',
  'statusPage.repo',
  'alerts.receivers.*.smtp',
  'alerts.receivers.*.url',
  'watch.vantages.*.proxy',
  'watch.ping',
  'mirrors.*.url',
  'cdn.*.url',
];

/** A variable whose name says that it is a secret, and not where one is. */
const SECRET_NAME = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|PRIVATE_KEY|API_?KEY|ACCESS_KEY)$/i;

/** Secrets stand in the file as references only, of a kind that can be read where they are used. */
export function checkSecrets(context: RuleContext): void {
  for (const pattern of ENV_MAPS)
    for (const { path, node } of matchPaths(context.root, pattern)) {
      const text = textOf(node) ?? (node.kind === 'scalar' && typeof node.value === 'number' ? node.source : undefined);
      if (text !== undefined) checkVariable(context, path, text);
    }
  for (const pattern of URLS)
    for (const { path, node } of matchPaths(context.root, pattern))
      if (/^[a-z+]+:\/\/[^/@\s:]*:[^/@\s]+@/i.test(textOf(node) ?? ''))
        error(context, {
          code: 'SLIP_CONFIG_LITERAL_SECRET',
          path,
          happened: `${printPath(path)} has a password in its URL.`,
          remedy: 'Take it out; use a credential helper, or a key that takes a reference.',
        });
  checkKeyTypes(context);
}

function checkVariable(context: RuleContext, path: KeyPath, text: string): void {
  const name = String(path.at(-1));
  const reference = parseSecretReference(text);
  const clustered = agentHasCluster(context, path);
  const tell = (code: 'SLIP_CONFIG_SECRET_PLACE' | 'SLIP_CONFIG_LITERAL_SECRET', happened: string, remedy: string) =>
    error(context, { code, path, happened, remedy });
  if (reference === undefined) {
    if (SECRET_NAME.test(name) && text !== '' && !text.includes('${{'))
      tell(
        'SLIP_CONFIG_LITERAL_SECRET',
        `"${name}" holds a literal.`,
        clustered ? 'Write kube:NAME/KEY.' : 'Put it in a file or variable and write file:PATH or env:NAME.',
      );
    return;
  }
  const { scheme, rest } = reference;
  if (scheme === 'vault')
    tell(
      'SLIP_CONFIG_SECRET_PLACE',
      `${printPath(path)} is a vault: reference, which version 1 keeps for later.`,
      clustered ? 'Write kube:NAME/KEY.' : 'Write file:PATH or env:NAME.',
    );
  else if (scheme === 'kube' && !clustered)
    tell(
      'SLIP_CONFIG_SECRET_PLACE',
      `${printPath(path)} is a secret of a cluster, but the step runs on this machine.`,
      'Write file:PATH or env:NAME, or give the step an agent with a cluster.',
    );
  else if (scheme !== 'kube' && clustered)
    tell(
      'SLIP_CONFIG_SECRET_PLACE',
      `${printPath(path)} is read by the conductor, but the step runs in a pod.`,
      'Make a Secret in the cluster and write kube:NAME/KEY.',
    );
  else if (scheme === 'kube' && !/^[a-z0-9.-]+\/[A-Za-z0-9._-]+$/.test(rest))
    tell('SLIP_CONFIG_SECRET_PLACE', `${printPath(path)} is no reference to a Secret.`, 'Write kube:NAME/KEY.');
  else if (scheme === 'env' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(rest))
    tell('SLIP_CONFIG_SECRET_PLACE', `${printPath(path)} is no reference to a variable.`, 'Write env:NAME.');
}

/** Whether the step around an `env` runs in a pod. */
function agentHasCluster(context: RuleContext, path: KeyPath): boolean {
  const step = path.slice(0, path.indexOf('env'));
  const owner = step.at(-2) === 'containers' ? step.slice(0, -2) : step;
  const agent = nodeAt(context.root, [...owner, 'agent']);
  const name = agent === undefined ? 'local' : textOf(agent);
  return name !== undefined && context.document.agents[name]?.cluster !== undefined;
}

/** Secrets that the conductor reads cannot come from a cluster. */
function checkKeyTypes(context: RuleContext): void {
  for (const pattern of [
    'signing.*.key',
    'signing.*.passphrase',
    'server.journal',
    'cdn.*.service',
    'cdn.*.token',
    'alerts.receivers.*.*',
  ])
    for (const { path, node } of matchPaths(context.root, pattern))
      if (parseSecretReference(textOf(node) ?? '')?.scheme === 'kube')
        error(context, {
          code: 'SLIP_CONFIG_SECRET_PLACE',
          path,
          happened: `${printPath(path)} is a secret of a cluster, but the conductor reads it.`,
          remedy: 'Write file:PATH or env:NAME.',
        });
}
