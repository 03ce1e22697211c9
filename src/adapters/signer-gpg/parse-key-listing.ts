import type { KeyFacts, KeyPartFacts } from '../../domain/signing/key-facts.ts';
import { toInstant } from '../../kernel/instant.ts';

/** What gpg tells about a secret key, and whether the part that signs is there. */
export interface ListedKey {
  readonly facts: KeyFacts;
  readonly canSign: boolean;
  /** The signing part is a stub: its secret lies on another machine. (On a card it is reachable.) */
  readonly isStub: boolean;
}

/** Fields of `--with-colons` (doc/DETAILS of GnuPG), counted from 0. */
const FIELD = {
  type: 0,
  validity: 1,
  bits: 2,
  algorithm: 3,
  created: 5,
  expires: 6,
  text: 9,
  uses: 11,
  token: 14,
  curve: 16,
};

/** OpenPGP's numbers (RFC 9580, 9.1) in the words of the key policy. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  1: 'rsaEncryptSign',
  3: 'rsaSign',
  17: 'dsa',
  19: 'ecdsa',
  22: 'eddsaLegacy',
  27: 'ed25519',
  28: 'ed448',
};

interface Part {
  readonly fields: readonly string[];
  fingerprint: string;
}

/** Reads the listing of one secret key; undefined when there is none in it. */
export function parseKeyListing(listing: string): ListedKey | undefined {
  const parts: Part[] = [];
  let userId = '';
  for (const line of listing.split('\n')) {
    const fields = line.split(':');
    const type = fields[FIELD.type];
    if (type === 'sec' || type === 'ssb') parts.push({ fields, fingerprint: '' });
    const latest = parts.at(-1);
    if (type === 'fpr' && latest && latest.fingerprint === '') latest.fingerprint = fields[FIELD.text] ?? '';
    if (type === 'uid' && userId === '') userId = unescapeText(fields[FIELD.text] ?? '');
  }
  const [primary] = parts;
  return primary && judge(primary, parts, userId);
}

function judge(primary: Part, parts: readonly Part[], userId: string): ListedKey {
  // gpg signs with the newest signing subkey that is in force, else with the primary key.
  const able = parts.filter(({ fields }) => fields[FIELD.uses]?.includes('s'));
  const inForce = able.filter(({ fields }) => !/^[reid]/.test(fields[FIELD.validity] ?? ''));
  const newestFirst = [...(inForce.length > 0 ? inForce : able)].sort((a, b) => createdOf(b) - createdOf(a));
  const signing = newestFirst.find((part) => part !== primary) ?? newestFirst[0];
  const used = signing === undefined || signing === primary ? [primary] : [primary, signing];
  const ends = used.flatMap(({ fields }) => (fields[FIELD.expires] ? [Number(fields[FIELD.expires]) * 1000] : []));
  return {
    facts: {
      fingerprint: primary.fingerprint,
      userId,
      parts: used.map(describePart),
      createdAt: toInstant(Math.max(...used.map(createdOf)) * 1000),
      expiresAt: ends.length === 0 ? null : toInstant(Math.min(...ends)),
      isRevoked: used.some(({ fields }) => fields[FIELD.validity] === 'r'),
    },
    canSign: signing !== undefined,
    isStub: signing?.fields[FIELD.token] === '#',
  };
}

function describePart({ fields, fingerprint }: Part): KeyPartFacts {
  const number = fields[FIELD.algorithm] ?? '';
  const algorithm = ALGORITHMS[number] ?? `algorithm ${number}`;
  const curve = fields[FIELD.curve];
  return {
    version: fingerprint.length === 40 ? 4 : 5, // the longer fingerprints of later versions
    algorithm,
    ...(algorithm.startsWith('rsa') ? { bits: Number(fields[FIELD.bits]) } : {}),
    ...(curve ? { curve: curve === 'ed25519' ? 'ed25519Legacy' : curve } : {}),
  };
}

const createdOf = ({ fields }: Part): number => Number(fields[FIELD.created]);

/** `\x3a` is how a colon is written in a listing. */
const unescapeText = (text: string): string =>
  text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
