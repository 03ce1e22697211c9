import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sha256 } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { type PackagesIndex, packagesIndex } from './apt/packages-index.ts';
import { packagesStanza } from './apt/packages-stanza.ts';
import type { ListedPackage } from './generation.ts';
import { decodeChunk, type LedgerChunk, ledgerChunks } from './package-ledger.ts';
import { sortEntries } from './package-order.ts';

function deb(name: string, version: string): ListedPackage {
  const control = `Package: ${name}\nVersion: ${version}\nArchitecture: all\nDescription: ${name}`;
  const sha256 = createHash('sha256').update(control).digest('hex') as Sha256;
  const facts = { format: 'deb', name, version, arch: 'all', control } as const;
  const release = { release: `main-${version}`, version, revision: 1, releasedAt: toInstant(0) };
  return { package: name, fileName: `${name}.deb`, sha256, sizeBytes: control.length, facts, ...release };
}

/** 1,000 entries make about 8 chunks: enough for inserts at the edges, in the middle, and for new cuts. */
const POOL = sortEntries(
  'apt',
  Array.from({ length: 1000 }, (_, i) => deb(`slip-${i % 350}`, `1.${i}`)),
);
const subset = fc.uniqueArray(fc.nat(POOL.length - 1), { maxLength: 300 }).map((numbers) => new Set(numbers));
const pick = (numbers: ReadonlySet<number>): readonly ListedPackage[] => POOL.filter((_, at) => numbers.has(at));
const without = (numbers: ReadonlySet<number>): readonly ListedPackage[] => POOL.filter((_, at) => !numbers.has(at));

test('the same packages give the same index, whatever was there before', () => {
  fc.assert(
    fc.property(fc.array(subset, { maxLength: 4 }), subset, (history, last) => {
      let index: PackagesIndex | undefined;
      let ledger: readonly LedgerChunk[] = [];
      for (const absent of history) {
        index = packagesIndex(without(absent), index);
        ledger = ledgerChunks('apt', without(absent), ledger);
      }
      const wanted = without(last);
      const [grown, fresh] = [packagesIndex(wanted, index), packagesIndex(wanted)];
      expect(grown.gzip.sha256).toBe(fresh.gzip.sha256);
      expect(grown.plain).toEqual(fresh.plain);
      const names = (chunks: readonly LedgerChunk[]) => chunks.map(({ sha256 }) => sha256);
      expect(names(ledgerChunks('apt', wanted, ledger))).toEqual(names(ledgerChunks('apt', wanted, [])));
    }),
    { numRuns: 25 },
  );
});

test('one more package makes at most two chunks anew', () => {
  fc.assert(
    fc.property(fc.nat(POOL.length - 1), (at) => {
      const before = packagesIndex(without(new Set([at])));
      const after = packagesIndex(POOL, before);
      const kept = new Set<unknown>(before.chunks);
      expect(after.chunks.filter((chunk) => !kept.has(chunk)).length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 100 },
  );
});

test('chunks joined are one gzip file that holds every stanza, in order', () => {
  fc.assert(
    fc.property(subset, (numbers) => {
      const packages = pick(numbers);
      const { gzip, plain, chunks } = packagesIndex(packages);
      const text = gunzipSync(gzip.bytes);
      expect(text.toString()).toBe(packages.map(packagesStanza).join(''));
      expect(plain).toEqual({
        sizeBytes: text.length,
        sha256: createHash('sha256').update(text).digest('hex'),
      });
      expect(gzip.sha256).toBe(createHash('sha256').update(gzip.bytes).digest('hex'));
      for (const { member } of chunks) expect(member[9]).toBe(3);
    }),
    { numRuns: 25 },
  );
});

test('a list of packages comes back from its chunks as it was, and a chunk that is cut off is refused', () => {
  const chunks = ledgerChunks('apt', POOL, []);
  expect(chunks.length).toBeGreaterThan(3);
  expect(chunks.flatMap(({ bytes }) => decodeChunk(bytes))).toEqual(POOL);
  const [first] = chunks;
  expect(() => decodeChunk(first!.bytes.subarray(0, 40))).toThrow();
});

test('the order in which an object was made does not change the digest of its chunk', () => {
  const [one] = POOL;
  const reversed = Object.fromEntries(Object.entries(one!).reverse()) as unknown as ListedPackage;
  expect(ledgerChunks('apt', [reversed], [])[0]?.sha256).toBe(ledgerChunks('apt', [one!], [])[0]?.sha256);
});
