import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sha256 } from '../../src/kernel/ids.ts';
import type { ArtifactStore, Blob } from '../../src/ports/artifact-store.ts';

const HOUR_MS = 60 * 60 * 1000;
const sha256Of = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256;
const bytesOf = (text: string) => Buffer.from(text);

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* inPieces(...pieces: readonly (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield bytesOf(piece);
  }
}

export interface ArtifactStoreUnderTest {
  readonly store: ArtifactStore;
  /** Another handle on the same bytes: another process, or another replica. */
  again(): Promise<ArtifactStore>;
  close(): Promise<void>;
}

/** What every artifact store promises. Damage, full disks and races are tested beside each adapter: only it can make them. */
export function artifactStoreContract(name: string, make: () => Promise<ArtifactStoreUnderTest>): void {
  describe(`the artifact store contract, kept by ${name}`, () => {
    let made: ArtifactStoreUnderTest;
    let store: ArtifactStore;
    let folder: string;

    beforeEach(async () => {
      made = await make();
      store = made.store;
      folder = await mkdtemp(join(tmpdir(), 'slipway-placed-'));
    });
    afterEach(async () => {
      await made.close();
      await rm(folder, { recursive: true, force: true });
    });

    test('bytes are named by their sha256 and come back as they were', async () => {
      const blob = await store.put(inPieces('hel', '', 'lo'));
      expect(blob).toEqual({ sha256: sha256Of('hello'), sizeBytes: 5 });
      expect(String(await store.read(blob.sha256))).toBe('hello');
      expect(Buffer.concat(await all(store.open(blob.sha256))).toString()).toBe('hello');
      expect(await store.stat(blob.sha256)).toEqual(blob);
    });

    test('an empty file is an artifact like any other', async () => {
      const blob = await store.put(inPieces());
      expect(blob).toEqual({ sha256: sha256Of(''), sizeBytes: 0 });
      expect(await store.read(blob.sha256)).toHaveLength(0);
    });

    test('putting the same bytes again changes nothing, whichever way they come', async () => {
      const path = join(folder, 'app');
      await writeFile(path, 'same');
      const first = await store.put(bytesOf('same'));
      expect(await store.put(inPieces('sa', 'me'))).toEqual(first);
      expect(await store.putFile(path)).toEqual(first);
      expect(await all(store.list())).toEqual([first]);
    });

    test('bytes with another digest than promised are refused and not kept', async () => {
      const promised = sha256Of('what the author published');
      const path = join(folder, 'app');
      await writeFile(path, 'something else');
      const puts = [
        () => store.put(bytesOf('something else'), promised),
        () => store.put(inPieces('something', ' else'), promised),
        () => store.putFile(path, promised),
      ];
      for (const put of puts) {
        await expect(put()).rejects.toMatchObject({
          code: 'SLIP_ARTIFACT_DIGEST',
          message: expect.stringContaining(promised),
        });
      }
      expect(await all(store.list())).toEqual([]);
      expect(await store.putFile(path, sha256Of('something else'))).toMatchObject({ sizeBytes: 14 });
    });

    test('a source that breaks off in the middle leaves nothing', async () => {
      await expect(store.put(inPieces('half of it', new Error('connection reset')))).rejects.toThrow(
        'connection reset',
      );
      expect(await all(store.list())).toEqual([]);
    });

    test('only an ordinary file is taken in', async () => {
      await symlink('/etc/hostname', join(folder, 'link'));
      for (const path of [folder, join(folder, 'link'), join(folder, 'nothing')]) {
        await expect(store.putFile(path)).rejects.toMatchObject({
          code: 'SLIP_ARTIFACT_INPUT',
          message: expect.stringContaining(path),
        });
      }
    });

    test('asking for bytes that are not there says which and is not an empty answer', async () => {
      const absent = sha256Of('never put');
      expect(await store.stat(absent)).toBeUndefined();
      const missing = { code: 'SLIP_ARTIFACT_MISSING', message: expect.stringContaining(absent) };
      await expect(store.read(absent)).rejects.toMatchObject(missing);
      await expect(all(store.open(absent))).rejects.toMatchObject(missing);
      await expect(store.materialize(absent, join(folder, 'x'), 'copy')).rejects.toMatchObject(missing);
    });

    test('a copy is a file of its own with the mode that was asked for', async () => {
      const { sha256 } = await store.put(bytesOf('#!/bin/sh\n'));
      expect(await store.materialize(sha256, join(folder, 'tool'), 'copy', 0o755)).toBe('copied');
      expect((await lstat(join(folder, 'tool'))).mode & 0o7777).toBe(0o755);
      await writeFile(join(folder, 'tool'), 'changed by a step');
      expect(String(await store.read(sha256))).toBe('#!/bin/sh\n');
    });

    test('a placed artifact cannot be written to by accident, and placing it twice is the same as once', async () => {
      const { sha256 } = await store.put(bytesOf('a package'));
      const path = join(folder, 'hello.deb');
      const how = await store.materialize(sha256, path, 'link');
      expect(await store.materialize(sha256, path, 'link')).toBe(how);
      expect((await lstat(path)).mode & 0o7777).toBe(0o444);
      expect(await readFile(path, 'utf8')).toBe('a package');
    });

    test('a name that holds other bytes is refused and left as it is', async () => {
      const { sha256 } = await store.put(bytesOf('new bytes'));
      const path = join(folder, 'hello.deb');
      await writeFile(path, 'old bytes');
      for (const how of ['link', 'copy'] as const) {
        await expect(store.materialize(sha256, path, how)).rejects.toMatchObject({
          code: 'SLIP_ARTIFACT_TARGET',
          exitCode: 6,
        });
      }
      expect(await readFile(path, 'utf8')).toBe('old bytes');
    });

    test('a sound store has nothing to report', async () => {
      await store.put(bytesOf('one'));
      await store.put(bytesOf('two'));
      expect(await all(store.verify())).toEqual([]);
    });

    test('many writers of the same and of other bytes do not disturb each other', async () => {
      const other = await made.again();
      const texts = ['a', 'b', 'c', 'd'];
      const puts = texts.flatMap((text) =>
        [store, other].flatMap((s) => [s.put(bytesOf(text)), s.put(inPieces(text))]),
      );
      await Promise.all(puts);
      const listed = (await all(store.list())).map((blob) => blob.sha256);
      expect(listed).toEqual(texts.map(sha256Of).sort());
      expect(await all(other.verify())).toEqual([]);
    });

    describe('a sweep', () => {
      const start = Date.UTC(2026, 10, 22);
      let named: Blob;
      let unnamed: Blob;
      const sweepAt = (ms: number) => store.sweep(new Set([named.sha256]), ms);

      beforeEach(async () => {
        named = await store.put(bytesOf('in a release'));
        unnamed = await store.put(bytesOf('left over'));
      });

      test('removes what two sweeps a day apart both found unnamed, and nothing else', async () => {
        expect(await sweepAt(start)).toEqual([]);
        expect(await sweepAt(start + 24 * HOUR_MS - 1)).toEqual([]);
        expect(await sweepAt(start + 24 * HOUR_MS)).toEqual([unnamed]);
        expect(await all(store.list())).toEqual([named]);
      });

      test('starts anew for bytes that were named in between', async () => {
        await sweepAt(start);
        await store.sweep(new Set([named.sha256, unnamed.sha256]), start + 12 * HOUR_MS);
        expect(await sweepAt(start + 30 * HOUR_MS)).toEqual([]);
        expect(await sweepAt(start + 54 * HOUR_MS)).toEqual([unnamed]);
      });

      test('starts anew for bytes that somebody has put again', async () => {
        await sweepAt(start);
        await store.put(bytesOf('left over'));
        expect(await sweepAt(start + 30 * HOUR_MS)).toEqual([]);
        expect(await all(store.list())).toHaveLength(2);
      });

      test('that races with a put of the same bytes leaves them there, whoever is faster', async () => {
        const other = await made.again();
        for (let round = 0; round < 60; round++) {
          const at = start + round * 100 * HOUR_MS;
          await sweepAt(at);
          // Waits of different length let the put meet the sweep at different points.
          const late = (async () => {
            for (let i = 0; i < round % 12; i++) await store.stat(named.sha256);
            return other.put(bytesOf('left over'));
          })();
          await Promise.all([sweepAt(at + 24 * HOUR_MS), late]);
          expect(String(await store.read(unnamed.sha256))).toBe('left over');
        }
      });

      test('does not remove anything because the clock was ahead once', async () => {
        await sweepAt(start + 1000 * HOUR_MS);
        expect(await sweepAt(start)).toEqual([]);
        expect(await sweepAt(start + 23 * HOUR_MS)).toEqual([]);
        expect(await sweepAt(start + 24 * HOUR_MS)).toEqual([unnamed]);
      });
    });
  });
}
