import type { Instant } from '../../kernel/instant.ts';

/** What an OpenPGP key says of itself: input of the key policy. Times are whole seconds, as the format has them. */
export interface KeyFacts {
  /** 40 upper-case hex digits of the primary key; it is what users pin. */
  readonly fingerprint: string;
  readonly userId: string;
  /** The primary key, then the signing subkey when that one signs. */
  readonly parts: readonly KeyPartFacts[];
  readonly createdAt: Instant;
  /** The earlier end of primary and signing subkey; null when neither ends. */
  readonly expiresAt: Instant | null;
  readonly isRevoked: boolean;
}

export interface KeyPartFacts {
  /** Packet version: 4 is what every client reads (RFC 4880, 5.5.2). */
  readonly version: number;
  /** In openpgp.js's names: `rsaEncryptSign`, `rsaSign`, `eddsaLegacy`, `ecdsa`, `dsa`, `ed25519`, ... */
  readonly algorithm: string;
  readonly bits?: number;
  readonly curve?: string;
}
