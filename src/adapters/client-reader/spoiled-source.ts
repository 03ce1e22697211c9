import type { ByteSource } from './http-source.ts';

/**
 * The same answers with one letter or digit changed in each file that `isChanged` picks. A check that takes these has checked
 * nothing, so every verification runs against it once.
 */
export const spoiledSource = (source: ByteSource, isChanged: (url: string) => boolean): ByteSource => ({
  async *open(url, limitBytes) {
    let isDone = !isChanged(url);
    for await (const chunk of source.open(url, limitBytes)) {
      const at = isDone ? -1 : findLetter(chunk);
      if (at >= 0) isDone = true;
      yield at < 0 ? chunk : withOtherByte(chunk, at);
    }
  },
});

/** From a quarter on, behind the first lines of a signed file: line ends and blanks are not what a signature is about. */
function findLetter(chunk: Uint8Array): number {
  const from = chunk.length >> 2;
  const found = chunk.subarray(from).findIndex((byte) => /[A-Za-z0-9]/.test(String.fromCharCode(byte)));
  return found < 0 ? chunk.length - 1 : from + found;
}

function withOtherByte(chunk: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(chunk);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
