import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSha256 } from '../../kernel/ids.ts';
import { toInstant } from '../../kernel/instant.ts';
import { canonicalJson, type JsonObject } from '../../kernel/json.ts';
import { chainEntries, entryDigest, type StreamHead } from './chain.ts';

const data = fc
  .dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
  .filter((record) => !Object.hasOwn(record, '__proto__')) as fc.Arbitrary<JsonObject>;

test('the digest of an entry is the sha256 of its canonical JSON', () => {
  fc.assert(
    fc.property(data, fc.string(), fc.nat(), (record, by, position) => {
      const heads = new Map<string, StreamHead>();
      const writes = [{ stream: 'run/a', events: [{ type: 'x.y', v: 2, data: record }] }];
      const [first] = chainEntries({ by, at: toInstant(5), writes }, heads, position);
      const [second] = chainEntries({ by, at: toInstant(6), writes }, heads, position + 1);
      for (const chained of [first, second]) {
        const text = canonicalJson(chained!.entry as unknown as JsonObject);
        const digest = createHash('sha256').update(text).digest('hex');
        expect(entryDigest(chained!.entry)).toBe(digest);
        expect(entryDigest(chained!.entry, chained!.dataText)).toBe(digest);
      }
      expect(second?.entry.prev).toBe(entryDigest(first!.entry));
      expect(heads.get('run/a')).toEqual({ stream: 'run/a', seq: 2, digest: entryDigest(second!.entry) });
    }),
  );
});

test('any other word of an entry gives another digest', () => {
  const writes = [{ stream: 'run/a', events: [{ type: 'x.y', v: 2, data: { n: 1 } }] }];
  const [chained] = chainEntries({ by: 'alice', at: toInstant(5), writes }, new Map(), 0);
  const { entry } = chained!;
  const others = [
    { ...entry, stream: 'run/b' },
    { ...entry, seq: 2 },
    { ...entry, position: 2 },
    { ...entry, at: toInstant(6) },
    { ...entry, type: 'x.z' },
    { ...entry, v: 3 },
    { ...entry, data: { n: 2 } },
    { ...entry, by: 'bob' },
    { ...entry, prev: entryDigest(entry) },
  ];
  const digests = new Set([entry, ...others].map((one) => entryDigest(one)));
  expect(digests.size).toBe(10);
  for (const digest of digests) expect(isSha256(digest)).toBe(true);
});

test('what is recorded cannot be changed by who gets it', () => {
  const writes = [{ stream: 'run/a', events: [{ type: 'x.y', v: 1, data: { list: [{ n: 1 }] } }] }];
  const [chained] = chainEntries({ by: 'alice', at: toInstant(5), writes }, new Map(), 0);
  const recorded = chained!.entry.data as { list: { n: number }[] };
  expect(() => recorded.list.push({ n: 2 })).toThrow(TypeError);
  expect(() => {
    recorded.list[0]!.n = 2;
  }).toThrow(TypeError);
});
