/** How long and how large a source may be. A release waits for nobody for ever. */
export interface SourceLimits {
  /** Name look-up, TCP and TLS. */
  readonly connectMs: number;
  /** From the connection to the end of the answer's headers. */
  readonly firstByteMs: number;
  /** Fewer than `idleBytes` within this time is a hang, also when they drip. Time that our disk takes does not count. */
  readonly idleMs: number;
  readonly idleBytes: number;
  readonly redirects: number;
  readonly maxBytes: number;
  /** With a signature: such bytes are held in memory until it is checked. */
  readonly maxSignedBytes: number;
  /** All of one git command. */
  readonly gitMs: number;
}

const SECOND = 1000;
const GIB = 1024 ** 3;

export const SOURCE_LIMITS: SourceLimits = {
  connectMs: 10 * SECOND,
  firstByteMs: 20 * SECOND,
  idleMs: 30 * SECOND,
  idleBytes: 1024,
  redirects: 8,
  maxBytes: 8 * GIB,
  maxSignedBytes: GIB,
  gitMs: 600 * SECOND,
};
