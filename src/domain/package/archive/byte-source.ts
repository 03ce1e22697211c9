/** Bytes that can be read from any place: a buffer, an open file, several of them joined. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Exactly these bytes. @throws {RangeError} the range is not wholly inside. */
  read(offset: number, length: number): Uint8Array;
}

/** How much is read at once. */
const CHUNK_BYTES = 64 * 1024;

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read(offset, length) {
      checkRange(offset, length, bytes.length);
      return bytes.subarray(offset, offset + length);
    },
  };
}

/** Part of a source. @throws {RangeError} the part is not wholly inside. */
export function partOf(source: ByteSource, from: number, sizeBytes: number): ByteSource {
  checkRange(from, sizeBytes, source.sizeBytes);
  return {
    sizeBytes,
    read(offset, length) {
      checkRange(offset, length, sizeBytes);
      return source.read(from + offset, length);
    },
  };
}

/** Several sources, one after the other. */
export function joinSources(sources: readonly ByteSource[]): ByteSource {
  const sizeBytes = sources.reduce((sum, source) => sum + source.sizeBytes, 0);
  return {
    sizeBytes,
    read(offset, length) {
      checkRange(offset, length, sizeBytes);
      const found: Uint8Array[] = [];
      let start = 0;
      for (const source of sources) {
        const from = Math.max(offset, start) - start;
        const until = Math.min(offset + length, start + source.sizeBytes) - start;
        if (from < until) found.push(source.read(from, until - from));
        start += source.sizeBytes;
      }
      return found.length === 1 && found[0] ? found[0] : Buffer.concat(found);
    },
  };
}

/** The whole source, piece by piece. */
export function* chunksOf(source: ByteSource): Generator<Uint8Array> {
  for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES)
    yield source.read(offset, Math.min(CHUNK_BYTES, source.sizeBytes - offset));
}

function checkRange(offset: number, length: number, sizeBytes: number): void {
  if (!(offset >= 0 && length >= 0 && offset + length <= sizeBytes))
    throw new RangeError(`bytes ${offset} to ${offset + length} are not within 0 to ${sizeBytes}`);
}
