// How long a cold `slipway status` takes beside `node -e 0`, in turns, in one run. Bound (architecture 9): at most 3 times. Prints
// one line and JSON; exits 1 when the bound is missed. Needs dist/ (npm run build).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 21;
const BOUND = 3;
const root = fileURLToPath(new URL('..', import.meta.url));
const slipway = join(root, 'dist/slipway.js');
const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));

function timed(args, cwd) {
  const from = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - from;
}
const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];

try {
  cpSync(join(root, 'examples/hello/slipway.yaml'), join(folder, 'slipway.yaml'));
  cpSync(join(root, 'examples/hello/build'), join(folder, 'build'), { recursive: true });
  timed([slipway, 'init'], folder);
  timed([slipway, 'run', 'main'], folder); // a journal with a real release in it
  const [bare, cold] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(timed(['-e', '0'], folder));
    cold.push(timed([slipway, 'status'], folder));
  }
  const ratio = median(cold) / median(bare);
  console.log(
    JSON.stringify({ node: process.version, bareMs: median(bare), statusMs: median(cold), ratio, bound: BOUND }),
  );
  console.log(`cold status: ${ratio.toFixed(2)} times node -e 0 (bound ${BOUND}): ${ratio <= BOUND ? 'ok' : 'MISSED'}`);
  process.exitCode = ratio <= BOUND ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
