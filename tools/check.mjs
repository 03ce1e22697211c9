// `npm run check`: everything a machine can say about the house without running it. All of them run; the first failure decides.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const CHECKS = [
  ['format, names, sizes', 'biome', ['check', '--error-on-warnings', '.']],
  ['types', 'tsc', ['--noEmit']],
  ['promises, switches, clocks', 'eslint', ['src', 'test', 'tools/reference']],
  ['floors', 'depcruise', ['src', '--config', '.dependency-cruiser.cjs']],
  ['dead code', 'knip', []],
  ['generated reference', 'node', ['tools/reference.mjs', '--check']],
];

let failed = 0;
for (const [what, program, args] of CHECKS) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
  });
  if (error) console.error(`${program}: ${error.message}`);
  if (status !== 0) failed += 1;
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${what} (${program})`);
}
process.exitCode = failed === 0 ? 0 : 1;
