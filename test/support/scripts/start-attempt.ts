// Starts an attempt as a conductor would, says so, follows its log, and stays until it is killed.
import { DiskArtifactStore } from '../../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { LocalExecutor } from '../../../src/adapters/executor-local/local-executor.ts';
import type { AttemptSpec } from '../../../src/domain/run/attempt.ts';
import { MapSecrets } from '../map-secrets.ts';

const [attempts, artifacts, program, when, text] = process.argv.slice(2) as [string, string, string, string, string];
const spec = JSON.parse(text) as AttemptSpec;
const store = await DiskArtifactStore.open(artifacts);
const executor = new LocalExecutor({
  root: attempts,
  program: [process.execPath, program, 'supervise'],
  store,
  trees: new DiskTreeStore(store),
  secrets: new MapSecrets({}),
  machinePath: process.env['PATH'] ?? '',
});
if (when === 'before') process.send?.('about to start');
await executor.start(spec);
if (when === 'after') process.send?.('started');
for await (const _ of executor.logs(spec.name, { follow: true, signal: new AbortController().signal }));
