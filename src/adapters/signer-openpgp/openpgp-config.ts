import { type Config, config } from 'openpgp';

/** For everything we sign and verify: the same bytes twice, and nothing that gpg 2.2 cannot read. */
export const OPENPGP_CONFIG: Config = {
  ...config,
  // Else each signature carries random bytes.
  nonDeterministicSignaturesViaNotation: false,
  v6Keys: false,
  showComment: false,
  showVersion: false,
};

/** For reading a key of any strength: which keys are too weak is our policy, said in our own words. */
export const ANY_KEY_CONFIG: Config = { ...OPENPGP_CONFIG, minRSABits: 0 };
