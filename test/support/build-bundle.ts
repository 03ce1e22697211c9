import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Vitest's global set-up: tests that start processes start the bundle of the source as it is now. */
export default function buildBundle(): void {
  if (process.env['SLIPWAY_TEST_NO_BUILD'] === '1') return; // several test runs at once: build once by hand
  execFileSync(process.execPath, [fileURLToPath(new URL('../../tools/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
