import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../../domain/package/archive/byte-source.ts';

/** An open file as bytes that can be read from any place. Blocking reads: only for a worker thread. */
export class FileSource implements ByteSource {
  readonly sizeBytes: number;
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.sizeBytes = fstatSync(this.#fd).size;
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.sizeBytes))
      throw new RangeError(`bytes ${offset} to ${offset + length} are not within 0 to ${this.sizeBytes}`);
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length; ) {
      const got = readSync(this.#fd, bytes, read, length - read, offset + read);
      if (got === 0) throw new RangeError(`the file became shorter than ${this.sizeBytes} bytes while it was read`);
      read += got;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
