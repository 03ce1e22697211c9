import { join } from 'node:path';
import { type LedgerChunk, ledgerChunks } from '../../domain/repository/package-ledger.ts';
import type { GenerationSummary } from '../../ports/origin.ts';
import type { RepositoryDraft } from './generation-draft.ts';
import { LedgerFiles } from './ledger-files.ts';
import { ORIGIN_PATHS } from './origin-paths.ts';
import type { SealedGenerations } from './sealed-generations.ts';

/**
 * Writes the list of packages of one repository into its generation. Chunks that the parent has are linked, the others
 * written: one of forty for one more package in 5,000.
 */
export async function writeLedger(
  { name, plan, folder, config, packages }: RepositoryDraft,
  parent: GenerationSummary | undefined,
  sealed: SealedGenerations,
  remembered: readonly LedgerChunk[],
): Promise<readonly LedgerChunk[]> {
  const record = parent?.record.repositories[name];
  const inherited = parent === undefined || record === undefined ? [] : await sealed.chunks(parent, record);
  const chunks = ledgerChunks(config.type, packages, [...remembered, ...inherited]);
  const linkable = new Set(record?.packages);
  for (const { sha256, bytes } of chunks) {
    const path = join(ORIGIN_PATHS.ledger, LedgerFiles.fileName(sha256));
    if (parent !== undefined && linkable.has(sha256))
      folder.link(join(sealed.folder(plan.channel, parent.number), path), path);
    else await folder.write(path, bytes, plan.date);
  }
  sealed.ledger.remember(chunks);
  return chunks;
}
