import { PackageFormatError, PackageTooLargeError } from '../package-error.ts';
import { parseTarHeader, type RawTarHeader } from './parse-tar-header.ts';
import { readPaxRecords } from './pax-records.ts';
import { BLOCK_BYTES, TAR_TYPE } from './tar-header.ts';

/** A member as the archive has it: names long or short, by whichever way they were written. */
export interface TarMember {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  readonly sizeBytes: number;
  readonly mtimeS: number;
  readonly link: string;
}

export interface TarVisitor {
  member(member: TarMember): void;
  /** Bytes of the last member that was seen. */
  content?(chunk: Uint8Array): void;
}

/** A name or a pax header is held in memory; real ones are far smaller. */
const MAX_META_BYTES = 1024 * 1024;
const MAX_MEMBERS = 1_000_000;
/** Types whose size says nothing about bytes that follow (POSIX: links, devices, folders, pipes). */
const BODYLESS = new Set([TAR_TYPE.hardLink, TAR_TYPE.link, '3', '4', TAR_TYPE.dir, '6'] as string[]);

/**
 * Reads a tar archive (v7, ustar, pax, the common GNU types) as its bytes come in, in memory that does not grow with it. What
 * follows the first empty block is not looked at, as tar and dpkg do.
 */
export class TarReader {
  readonly #visitor: TarVisitor;
  #block: Uint8Array = new Uint8Array(0);
  /** Bytes of the current member's body and padding that are still to come. */
  #body = 0;
  #padding = 0;
  #offset = 0;
  #members = 0;
  #ended = false;
  /** The body that is being collected: a long name or a pax header. */
  #meta: { readonly type: string; readonly chunks: Uint8Array[] } | undefined;
  #pax: ReadonlyMap<string, string> = new Map();
  #longName: string | undefined;
  #longLink: string | undefined;
  /** An old GNU sparse member is followed by blocks of its map while this is set. */
  #sparseMap = false;
  #afterMap = 0;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** @throws {PackageFormatError} */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#body > 0) {
        const part = chunk.subarray(at, at + this.#body);
        this.#body -= part.length;
        at += part.length;
        this.#offset += part.length;
        this.#take(part);
      } else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, chunk.length - at);
        this.#padding -= skipped;
        at += skipped;
        this.#offset += skipped;
      } else {
        const part = chunk.subarray(at, at + BLOCK_BYTES - this.#block.length);
        at += part.length;
        this.#offset += part.length;
        this.#block = this.#block.length === 0 ? part : Buffer.concat([this.#block, part]);
        if (this.#block.length < BLOCK_BYTES)
          this.#block = Buffer.from(this.#block); // the chunk is the caller's
        else this.#header();
      }
    }
  }

  /** @throws {PackageFormatError} the archive stopped before its end. */
  end(): void {
    if (!this.#ended) throw this.#broken('it is cut off: the empty blocks that end it are missing');
  }

  #take(part: Uint8Array): void {
    if (!this.#meta) {
      this.#visitor.content?.(part);
      return;
    }
    this.#meta.chunks.push(Buffer.from(part));
    if (this.#body === 0) this.#finishMeta();
  }

  #header(): void {
    const block = this.#block;
    this.#block = new Uint8Array(0);
    if (this.#sparseMap) {
      this.#sparseMap = block[504] === 1;
      if (!this.#sparseMap) this.#startBody(this.#afterMap);
      return;
    }
    if (block.every((byte) => byte === 0)) {
      if (this.#meta !== undefined || this.#longName !== undefined) throw this.#broken('a long name has no member');
      this.#ended = true;
      return;
    }
    const header = parseTarHeader(block, (why) => this.#broken(why));
    const isMeta = ['x', 'g', 'X', TAR_TYPE.gnuName, TAR_TYPE.gnuLink].includes(header.type);
    if (isMeta) this.#startMeta(header);
    else this.#startMember(header);
  }

  #startMeta(header: RawTarHeader): void {
    if (header.sizeBytes > MAX_META_BYTES)
      throw new PackageTooLargeError(
        `A name in the tar archive claims ${header.sizeBytes} bytes; ${MAX_META_BYTES} is the most that is read.`,
        'Make or fetch the package again.',
      );
    this.#meta = { type: header.type, chunks: [] };
    this.#startBody(header.sizeBytes);
    if (header.sizeBytes === 0) this.#finishMeta();
  }

  #finishMeta(): void {
    const { type = '', chunks = [] } = this.#meta ?? {};
    const body = Buffer.concat(chunks);
    this.#meta = undefined;
    const end = body.indexOf(0);
    if (type === TAR_TYPE.gnuName) this.#longName = body.toString('utf8', 0, end === -1 ? body.length : end);
    else if (type === TAR_TYPE.gnuLink) this.#longLink = body.toString('utf8', 0, end === -1 ? body.length : end);
    else if (type !== 'g') this.#pax = readPaxRecords(body);
  }

  #startMember(header: RawTarHeader): void {
    this.#members += 1;
    if (this.#members > MAX_MEMBERS)
      throw new PackageTooLargeError(`The tar archive has more than ${MAX_MEMBERS} members.`, 'Make smaller packages.');
    const paxSize = this.#pax.get('size');
    if (paxSize !== undefined && !/^\d{1,15}$/.test(paxSize))
      throw this.#broken(`a pax header has the size "${paxSize}"`);
    const sizeBytes = BODYLESS.has(header.type) ? 0 : paxSize === undefined ? header.sizeBytes : Number(paxSize);
    const member = {
      ...header,
      sizeBytes,
      path: this.#pax.get('GNU.sparse.name') ?? this.#pax.get('path') ?? this.#longName ?? header.path,
      link: this.#pax.get('linkpath') ?? this.#longLink ?? header.link,
    };
    this.#pax = new Map();
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#visitor.member(member);
    this.#sparseMap = header.hasSparseMap;
    this.#afterMap = sizeBytes;
    if (!this.#sparseMap) this.#startBody(sizeBytes);
  }

  #startBody(sizeBytes: number): void {
    this.#body = sizeBytes;
    this.#padding = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
  }

  #broken(why: string): PackageFormatError {
    const happened = `The tar archive cannot be read at its byte ${this.#offset}: ${why}.`;
    return new PackageFormatError(happened, 'Make or fetch the package again.');
  }
}
