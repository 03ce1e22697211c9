import type { PatternField, VersionPattern } from './version-pattern.ts';

/** One step of a small automaton: from a state, on one of these characters (undefined: on none), to another. */
interface Edge {
  readonly from: number;
  readonly on?: RegExp;
  readonly to: number;
}

interface Automaton {
  readonly edges: readonly Edge[];
  readonly end: number;
}

/** What a field stands for, between the states `at` and `at + 2`; the state between is "within a number". */
const FIELD_EDGES: Readonly<Record<PatternField, (at: number) => readonly Edge[]>> = {
  n: (at) => number(at),
  base: (at) => [...number(at), { from: at + 2, on: /\./, to: at }],
  any: (at) => [
    { from: at, on: /./, to: at + 1 },
    { from: at + 1, on: /./, to: at + 1 },
    { from: at + 1, to: at + 2 },
  ],
};

const number = (at: number): readonly Edge[] => [
  { from: at, on: /0/, to: at + 2 },
  { from: at, on: /[1-9]/, to: at + 1 },
  { from: at + 1, on: /[0-9]/, to: at + 1 },
  { from: at + 1, to: at + 2 },
];

function automatonOf(pattern: VersionPattern): Automaton {
  const edges: Edge[] = [];
  let state = 0;
  for (const part of pattern.parts) {
    if ('field' in part) {
      edges.push(...FIELD_EDGES[part.field](state));
      state += 2;
      continue;
    }
    for (const char of part.text) {
      edges.push({ from: state, on: new RegExp(`[${char.replace(/[\]\\^-]/g, '\\$&')}]`), to: state + 1 });
      state += 1;
    }
  }
  return { edges, end: state };
}

/**
 * May a version fit both patterns? Two lines on one channel need versions that cannot meet (`config.md` 7.4): `2.{n}` and
 * `2.{base}.{n}` never do, `2.{n}` and `{any}` do. Walks both automata at once over every character either can name.
 */
export function patternsCanMeet(a: VersionPattern, b: VersionPattern): boolean {
  const left = automatonOf(a);
  const right = automatonOf(b);
  const alphabet = [...new Set(`0123456789.-a${a.text}${b.text}`)];
  const seen = new Set<string>();
  const open: [number, number][] = [[0, 0]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [i, j] = pair;
    if (seen.has(`${i},${j}`)) continue;
    seen.add(`${i},${j}`);
    if (i === left.end && j === right.end) return true;
    const here = left.edges.filter((edge) => edge.from === i);
    const there = right.edges.filter((edge) => edge.from === j);
    for (const edge of here) if (!edge.on) open.push([edge.to, j]);
    for (const edge of there) if (!edge.on) open.push([i, edge.to]);
    for (const x of here)
      for (const y of there) if (alphabet.some((char) => x.on?.test(char) && y.on?.test(char))) open.push([x.to, y.to]);
  }
  return false;
}
