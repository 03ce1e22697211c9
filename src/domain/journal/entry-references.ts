import type { JsonObject, JsonValue } from '../../kernel/json.ts';
import type { Entry, StreamName } from './entry.ts';

/** What an entry relies on: a stream, or an entry of a type in it whose `field` has that value. */
export interface Reference {
  readonly stream: StreamName;
  readonly entry?: { readonly type: string; readonly field: string; readonly value: JsonValue | undefined };
}

type Rule = (entry: Entry) => Reference;

/** The release that `data.release` names. */
const itsRelease: Rule = ({ data }) => ({ stream: `release/${data['release']}` });

/** An earlier entry of the same stream, of another type, with the same value in a field. */
const sameStream =
  (type: string, field: string): Rule =>
  ({ stream, data }) => ({ stream, entry: { type, field, value: data[field] } });

/** The sealed generation in the channel of the plan. */
const sealedCandidate: Rule = ({ data }) => {
  const { channel } = data['plan'] as JsonObject;
  const { number } = data['generation'] as JsonObject;
  return { stream: `channel/${channel}`, entry: { type: 'generation.sealed', field: 'number', value: number } };
};

const REFERENCES: Readonly<Record<string, Rule>> = {
  'release.opened': itsRelease,
  'generation.numbered': itsRelease,
  'generation.sealed': sameStream('generation.numbered', 'number'),
  'release.staged': sealedCandidate,
  'flip.intended': itsRelease,
  'flip.done': sameStream('flip.intended', 'key'),
  'flip.not-done': sameStream('flip.intended', 'key'),
  'undo.intended': itsRelease,
  'undo.done': sameStream('undo.intended', 'key'),
  'undo.not-done': sameStream('undo.intended', 'key'),
  'attempt.accepted': sameStream('attempt.requested', 'attempt'),
  'attempt.exited': sameStream('attempt.requested', 'attempt'),
  'attempt.lost': sameStream('attempt.requested', 'attempt'),
  'attempt.cleaned': sameStream('attempt.requested', 'attempt'),
};

const RUN = 'run/';

/** What must be in the journal too if this entry is. Its data has been checked by the catalogue and is of today's version. */
export function referencesOf(entry: Entry): readonly Reference[] {
  const rule = Object.hasOwn(REFERENCES, entry.type) ? REFERENCES[entry.type] : undefined;
  const references = rule === undefined ? [] : [rule(entry)];
  // A run is the run of the release of the same name.
  if (entry.stream.startsWith(RUN) && entry.seq === 1)
    references.push({ stream: `release/${entry.stream.slice(RUN.length)}` });
  return references;
}

/** Types and fields that `sameStream` and its kin look for. */
export const REFERRED_FIELDS: Readonly<Record<string, string>> = {
  'generation.numbered': 'number',
  'generation.sealed': 'number',
  'flip.intended': 'key',
  'undo.intended': 'key',
  'attempt.requested': 'attempt',
};
