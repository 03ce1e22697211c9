// Every benchmark, one after the other: alone on the machine, as ratios of one run. Exits 1 when a bound is missed. A ratio that
// is missed once is measured once more, since machines are shared; twice is a miss. With --report a miss is printed and does not
// decide: what CI does, whose machine is shared with whoever happens to be there.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../bench/', import.meta.url));
const programs = ['journal.mjs', 'cold-status.mjs', 'apt-index.mjs'];
const unlisted = readdirSync(folder).filter((name) => /^[a-z-]+\.mjs$/.test(name) && !programs.includes(name));
const helpers = ['apt-publisher.mjs', 'import-source.mjs'];
for (const name of unlisted)
  if (!helpers.includes(name)) throw new Error(`bench/${name} is in no list of tools/bench.mjs`);

let missed = 0;
for (const program of programs) {
  const run = () => spawnSync(process.execPath, [`${folder}${program}`], { stdio: 'inherit' }).status === 0;
  console.log(`=== ${program}`);
  if (run()) continue;
  console.log(`=== ${program}, once more`);
  if (!run()) missed += 1;
}
console.log(missed === 0 ? 'all within their bounds' : `${missed} benchmarks missed a bound`);
process.exitCode = missed === 0 || process.argv.includes('--report') ? 0 : 1;
