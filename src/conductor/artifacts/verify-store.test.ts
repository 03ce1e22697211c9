import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DiskArtifactStore } from '../../adapters/artifacts-disk/disk-artifact-store.ts';
import type { Sha256 } from '../../kernel/ids.ts';
import { verifyStore } from './verify-store.ts';

let root: string;
let store: DiskArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-verify-'));
  store = await DiskArtifactStore.open(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('a check of the store names what is damaged, what is missing, and who needs it', async () => {
  const { sha256: deb } = await store.put(Buffer.from('a deb'));
  const { sha256: tar } = await store.put(Buffer.from('a tar'));
  const { sha256: old } = await store.put(Buffer.from('old'));
  const swept = 'f'.repeat(64) as Sha256;
  const needed = new Map([
    [deb, 'main-1.2, deb'],
    [tar, 'main-1.2, tar'],
  ]);
  expect(await verifyStore(store, needed)).toEqual({ artifacts: 3, sizeBytes: 13, damaged: [], missing: [] });

  for (const sha256 of [deb, old]) {
    await chmod(store.pathOf(sha256), 0o644);
    await writeFile(store.pathOf(sha256), 'flipped');
  }
  const report = await verifyStore(store, needed.set(swept, 'main-1.1, deb'));
  expect(report.missing).toEqual([{ sha256: swept, neededBy: 'main-1.1, deb' }]);
  expect(new Map(report.damaged.map((found) => [found.sha256, found.neededBy]))).toEqual(
    new Map([
      [deb, 'main-1.2, deb'],
      [old, undefined],
    ]),
  );
});
