import { fileURLToPath } from 'node:url';

/** The program as users have it: the bundle that `test/support/build-bundle.ts` has just made, or another build of it. */
export const PROGRAM: string =
  process.env['SLIPWAY_TEST_PROGRAM'] ?? fileURLToPath(new URL('../../dist/slipway.js', import.meta.url));
