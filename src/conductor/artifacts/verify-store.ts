import type { Sha256 } from '../../kernel/ids.ts';
import type { ArtifactStore, DamagedBlob } from '../../ports/artifact-store.ts';

/** What reading the whole store has shown. Sound when `damaged` and `missing` are empty. */
export interface StoreReport {
  readonly artifacts: number;
  readonly sizeBytes: number;
  /** With who needs it; nobody: the next sweep removes it anyway. */
  readonly damaged: readonly (DamagedBlob & { readonly neededBy?: string })[];
  readonly missing: readonly { readonly sha256: Sha256; readonly neededBy: string }[];
}

/**
 * Reads every byte of the store again and compares what is there with what must be there. Changes nothing.
 * @param needed digest -> who names it, for the reader (`weekly-2.294, deb`).
 */
export async function verifyStore(store: ArtifactStore, needed: ReadonlyMap<Sha256, string>): Promise<StoreReport> {
  const absent = new Map(needed);
  let [artifacts, sizeBytes] = [0, 0];
  for await (const blob of store.list()) {
    absent.delete(blob.sha256);
    artifacts += 1;
    sizeBytes += blob.sizeBytes;
  }
  const damaged: (DamagedBlob & { neededBy?: string })[] = [];
  for await (const found of store.verify()) {
    const neededBy = needed.get(found.sha256);
    damaged.push(neededBy === undefined ? found : { ...found, neededBy });
  }
  const missing = [...absent].map(([sha256, neededBy]) => ({ sha256, neededBy }));
  return { artifacts, sizeBytes, damaged, missing };
}
