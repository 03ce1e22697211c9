import { isSha256, type Sha256 } from '../../kernel/ids.ts';

/** Where a blob lies below the store's root: `sha256/ab/<64 hex>` (256 folders keep listings short). */
export const artifactPath = (sha256: Sha256): string => `sha256/${sha256.slice(0, 2)}/${sha256}`;

/** The digest that a file of folder `sha256/<folder>/` stands for; undefined for anything that is no blob. */
export const artifactOf = (folder: string, name: string): Sha256 | undefined =>
  isSha256(name) && name.startsWith(folder) && folder.length === 2 ? name : undefined;
