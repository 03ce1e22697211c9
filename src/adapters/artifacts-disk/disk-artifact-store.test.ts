import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactStoreContract } from '../../../test/contracts/artifact-store.ts';
import { DiskArtifactStore } from './disk-artifact-store.ts';

artifactStoreContract('a folder on disk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'slipway-store-'));
  return {
    store: await DiskArtifactStore.open(root),
    again: () => DiskArtifactStore.open(root),
    close: () => rm(root, { recursive: true, force: true }),
  };
});
