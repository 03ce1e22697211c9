import type { Sha256 } from '../../../kernel/ids.ts';

/** Who owns a member once it is unpacked. Names count where they exist on the machine, else the numbers. */
export interface Owner {
  readonly user: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

export const ROOT: Owner = { user: 'root', group: 'root', uid: 0, gid: 0 };

interface EntryBase {
  /** Relative, `/`-separated, without `.` or `..` parts; '' is the archive's own root folder. */
  readonly path: string;
  readonly owner: Owner;
  /** The key of `with.files` (or another option) that asked for it, for messages. */
  readonly askedBy: string;
}

/** Content that lies in the artifact store. */
export interface ContentRef {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  readonly mode: number;
  readonly content: ContentRef | Uint8Array;
  /** dpkg asks before it replaces a changed one (Policy 10.7). */
  readonly config: boolean;
}

export interface DirEntry extends EntryBase {
  readonly kind: 'dir';
  readonly mode: number;
}

export interface LinkEntry extends EntryBase {
  readonly kind: 'link';
  readonly target: string;
}

/** One member of a package that is to be written. */
export type ArchiveEntry = FileEntry | DirEntry | LinkEntry;

/** Bytes of an archive in order: literal ones, or those of a blob of the store, filled in by whoever writes. */
export type Piece = Uint8Array | ContentRef;

export const sizeOf = (content: ContentRef | Uint8Array): number =>
  content instanceof Uint8Array ? content.length : content.sizeBytes;
