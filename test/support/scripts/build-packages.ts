// A process of its own that builds a deb, a tar and a zip from a folder: `node script.mjs <folder> <state> <worker> <zone> <umask>`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DiskArtifactStore } from '../../../src/adapters/artifacts-disk/disk-artifact-store.ts';
import { DiskTreeStore } from '../../../src/adapters/artifacts-disk/disk-tree-store.ts';
import { WorkerPackageBuilder } from '../../../src/adapters/package-builder/worker-package-builder.ts';
import { packageOptions } from '../package-options.ts';

const [folder = '', state = '', worker = '', zone = '', umask = ''] = process.argv.slice(2);
process.env['TZ'] = zone;
process.umask(Number.parseInt(umask, 8));
process.send?.('started');

const store = await DiskArtifactStore.open(join(state, 'store'));
const trees = new DiskTreeStore(store);
const scratchDir = join(state, 'scratch');
const builder = new WorkerPackageBuilder({ store, trees, worker: pathToFileURL(worker), scratchDir });
const { sha256: app } = await trees.putTree(folder);

const digests: Record<string, string> = {};
for (const format of ['deb', 'tar', 'zip'] as const) {
  const to = format === 'deb' ? '/opt/hello' : 'hello';
  const options = packageOptions({ files: { app: { to } } });
  // An hour that New York has twice: the end of summer time, 2021-11-07 01:30.
  const request = { format, options, version: '1.0', inputs: { app }, sourceDateEpochS: 1_636_266_600 };
  digests[format] = (await builder.build(request, new AbortController().signal)).sha256;
}
process.send?.({ digests, hour: new Date(1_636_266_600_000).getHours() });
