import { z } from 'zod';
import { key, type Later } from './key.ts';
import {
  amount,
  choice,
  cpu,
  duration,
  flag,
  image,
  name,
  path,
  size,
  templateText,
  text,
  whole,
  words,
} from './scalars.ts';

const POD = 'pods in a cluster';

/** `clusters.<name>`: where pods may run. */
export const clusterSchema = key(
  z.strictObject({
    context: key(
      words('a context of your kubeconfig').optional(),
      'The kubeconfig context; the cluster Slipway runs in when left out.',
    ),
    namespace: key(name('a namespace'), 'The namespace pods are made in.'),
    requests: key(
      z
        .strictObject({
          perSecond: key(whole(1).default(5), 'Requests a second to the API server.'),
          burst: key(whole(1).default(10), 'Requests at once.'),
        })
        .prefault({}),
      'The gate all requests to this API server pass.',
    ),
    helperImages: key(
      z
        .strictObject({
          linux: key(image().optional(), 'Image with sh, find, curl and tar.'),
          windows: key(image().optional(), 'Image with cmd, curl and tar.'),
        })
        .optional(),
      'Images that bring inputs into pods and outputs out of them.',
    ),
  }),
  'Where pods may run.',
  POD,
);

export const retrySchema = z.strictObject({
  attempts: key(whole(1, 5).default(3), 'Attempts in all. A command that fails is never run again.'),
  delay: key(duration().default('30s'), 'Pause before the second attempt; it doubles.'),
  maxDelay: key(duration().default('5m'), 'The longest pause.'),
});

const volumeSchema = z.strictObject({
  claim: key(words('the name of a PersistentVolumeClaim'), 'The PersistentVolumeClaim.'),
  path: key(templateText('the path it is mounted at'), 'Where it is mounted.'),
  readOnly: key(flag().default(false), 'Mounted read-only.'),
});

const podKeys = {
  image: key(image().optional(), 'Image the commands run in; needed with a cluster.', POD),
  resources: key(
    z
      .strictObject({
        cpu: key(cpu().optional(), 'Requested and limited.'),
        memory: key(size().optional(), 'Requested and limited.'),
        disk: key(size().optional(), 'Size of the work folder.'),
      })
      .optional(),
    'Requests and limits of its pods; needed with a cluster.',
    POD,
  ),
  nodeSelector: key(z.record(z.string(), words('text')).optional(), 'Labels a node must have.', POD),
  tolerations: key(
    z
      .array(text(/^[^=\s:]+(=[^\s:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/, { write: 'key=value:NoSchedule' }))
      .optional(),
    'Taints its pods tolerate, as `key=value:Effect`.',
    POD,
  ),
  volumes: key(
    z.record(name('a volume'), volumeSchema).optional(),
    'Claims; mounted only into steps that name them.',
    POD,
  ),
  podTemplate: key(path('the path of a Pod file').optional(), "A Pod that Slipway's own fields are merged over.", POD),
  securityContext: key(z.record(z.string(), z.json()).optional(), 'As in a Pod; restricted by default.', POD),
  pullSecrets: key(z.array(words('the name of a Secret')).optional(), 'Secrets to pull images with.', POD),
  phases: key(
    z
      .strictObject({
        schedule: key(duration().optional(), 'From accepted to scheduled.'),
        volumes: key(duration().optional(), 'Until the volumes are there; never below a kubelet cycle.'),
        pull: key(duration().optional(), 'For each image.'),
        fetch: key(duration().optional(), 'Until the inputs are in the pod.'),
        start: key(duration().optional(), 'From created to started, each container.'),
      })
      .optional(),
    'Deadlines within the start of a pod.',
    POD,
  ),
  scaleUps: key(whole(0).optional(), 'Nodes bought without a started pod before it stops; 2 when left out.', POD),
  nodePrice: key(amount(0).optional(), 'Price of a node per hour, for the cost of scale-ups.', POD),
  scaleCost: key(
    z.union([amount(0), z.literal('off')]).optional(),
    'Money after which no node is bought; off when left out.',
    POD,
  ),
  keepFailed: key(
    duration({ most: '24h' }).optional(),
    'How long a failed pod stays to look at; 1h when left out.',
    POD,
  ),
};

/** `agents.<name>`: where the commands of a step run. */
export const agentSchema = key(
  z.strictObject({
    extends: key(name('an agent').optional(), 'Another agent whose keys this one starts from.'),
    cluster: key(name('a cluster').optional(), 'Run in pods of this cluster; processes of this machine when left out.'),
    os: key(choice('linux', 'windows').default('linux'), 'The system its commands run on.', (value) =>
      value === 'windows' ? { needs: 'Windows agents' } : undefined,
    ),
    shell: key(
      choice('sh', 'bash', 'powershell', 'cmd').optional(),
      'The shell of its commands: sh, on Windows powershell.',
      (value) => (value === 'powershell' || value === 'cmd' ? { needs: 'Windows agents' } : undefined),
    ),
    timeout: key(duration().default('30m'), 'For the commands of one attempt.'),
    startTimeout: key(duration().optional(), 'For all attempts, until the commands run: 20m, on Windows 40m.'),
    retry: key(retrySchema.prefault({}), 'When the agent fails, not when a command does.'),
    ...podKeys,
  }),
  'Where commands run. The agent `local` always exists.',
  // One note for the cluster says it all; its pod keys go with it.
  (value): Later | undefined => {
    const clustered = typeof value === 'object' && value !== null && 'cluster' in value && value.cluster !== null;
    return clustered ? { needs: POD, at: 'cluster' } : undefined;
  },
);
