import { type ConfigNode, nodeAt, placeOf } from './config-node.ts';
import type { Finding } from './finding.ts';
import { type KeyPath, printPath } from './key-path.ts';

/** Fields of a Pod that Slipway writes itself (`kubernetes.md` 2): a template may not set them. */
const OURS: readonly KeyPath[] = [
  ['metadata', 'name'],
  ['metadata', 'generateName'],
  ['metadata', 'namespace'],
  ['metadata', 'ownerReferences'],
  ['spec', 'activeDeadlineSeconds'],
  ['spec', 'automountServiceAccountToken'],
  ['spec', 'containers'],
  ['spec', 'enableServiceLinks'],
  ['spec', 'ephemeralContainers'],
  ['spec', 'initContainers'],
  ['spec', 'nodeName'],
  ['spec', 'os'],
  ['spec', 'restartPolicy'],
];

const HOST = ['hostNetwork', 'hostPID', 'hostIPC', 'hostUsers'];

/** What a Pod file that is merged below ours may not say. Places are in that file. */
export function checkPodTemplate(root: ConfigNode): readonly Finding[] {
  const findings: Finding[] = [];
  const tell = (path: KeyPath, code: Finding['code'], happened: string, remedy: string) =>
    findings.push({ ...placeOf(root, path, 'key'), severity: 'error', code, happened, remedy });
  for (const path of OURS)
    if (nodeAt(root, path) !== undefined)
      tell(
        path,
        'SLIP_CONFIG_POD_FIELD',
        `${printPath(path)} is a field that Slipway sets.`,
        'Take it out of the template.',
      );
  for (const field of HOST)
    if (nodeAt(root, ['spec', field]) !== undefined)
      tell(
        ['spec', field],
        'SLIP_LINT_CONTAINER_PRIVILEGED',
        `The template asks for ${field}: rights over the node.`,
        'Remove it.',
      );
  const volumes = nodeAt(root, ['spec', 'volumes']);
  for (const [index, volume] of (volumes?.kind === 'list' ? volumes.items : []).entries()) {
    const path = ['spec', 'volumes', index];
    const name = nodeAt(volume, ['name']);
    if (nodeAt(volume, ['hostPath']) !== undefined)
      tell(
        [...path, 'hostPath'],
        'SLIP_LINT_CONTAINER_PRIVILEGED',
        'The template mounts a hostPath: rights over the node.',
        'Remove it.',
      );
    if (name?.kind === 'scalar' && name.value === 'work')
      tell(
        [...path, 'name'],
        'SLIP_CONFIG_POD_FIELD',
        'The volume "work" is one that Slipway makes.',
        'Name it otherwise.',
      );
  }
  return findings;
}
