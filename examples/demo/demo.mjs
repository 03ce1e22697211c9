// npm run demo: a real application, packaged, signed, staged, proved, promoted, taken back and promoted again, on this machine.
// Everything is left in demo/ to look at. Uses the program as users have it: the command line in dist/.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { aptAvailable, aptClient } from './apt-client.mjs';
import { serveFolder } from './serve-folder.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const demo = `${root}demo`;
const started = Date.now();
const say = (text) => console.log(`\n\u2014 ${text}`);

await rm(demo, { recursive: true, force: true });
await mkdir(`${demo}/app`, { recursive: true });
await copyFile(`${root}examples/demo/slipway.yaml`, `${demo}/slipway.yaml`);
await copyFile(`${root}node_modules/vnu-jar/build/dist/vnu.jar`, `${demo}/app/vnu.jar`);
await writeFile(`${demo}/app/vnu`, '#!/bin/sh\nexec java -jar /usr/share/java/vnu.jar "$@"\n');
await chmod(`${demo}/app/vnu`, 0o755);
await mkdir(`${demo}/public`);

const server = await serveFolder(`${demo}/public`);
// What users will read. An override by the environment: printed by `slipway check`, and part of the plan.
const env = { ...process.env, SLIPWAY_ORIGIN__PUBLIC: server.url };

/** Runs the command line in demo/ and shows the command; ends the demo when it fails. */
async function slipway(...args) {
  console.log(`\n$ slipway ${args.join(' ')}`);
  const child = spawn(process.execPath, [`${root}dist/slipway.js`, ...args], { cwd: demo, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  if (code !== 0) {
    server.close();
    console.error(`slipway ${args.join(' ')} ended with ${code}. Everything is in demo/.`);
    process.exit(1);
  }
}

const release = (text) => writeFile(`${demo}/app/RELEASE`, `${text}\n`);
const reason = aptAvailable();
const client = reason === undefined ? aptClient(`${demo}/apt-client`, `${demo}/public/debian`) : undefined;
const install = async (what) => {
  if (client === undefined) return console.log(`(apt is not asked: ${reason})`);
  const installed = await client.install('vnu');
  console.log(`$ apt-get update && apt-get install vnu     # ${what}\n  installed: vnu ${installed}`);
  return installed;
};

say('A fresh signing key');
await slipway('init');

say('Release 1.1: build, stage, verify, promote');
await release('first release');
await slipway('run', 'main');
await install('a new machine, from the served repository');

say('Release 1.2');
await release('second release, with a mistake in it');
await slipway('run', 'main');
await install('the same machine, upgraded');

say('1.2 was a mistake: take it back. One pointer moves; a later signature makes apt believe it');
await slipway('undo', 'main-1.2', '--reason', 'the demo says so', '--yes');
client?.forget();
await install('a new machine after the undo: 1.1 again');

say('Promote it again: the same bytes, proved again');
await slipway('promote', 'main-1.2', '--yes');
await install('and 1.2 is back');

say('What it says now');
await slipway('status');
server.close();

const java = spawnSync('java', ['-jar', `${demo}/app/vnu.jar`, '--version'], { encoding: 'utf8' });
if (java.status === 0) console.log(`\n(the packaged program runs: vnu ${java.stdout.trim()})`);
console.log(
  `\nDone in ${Math.round((Date.now() - started) / 1000)} s. Look around: demo/public is what users see, demo/.slipway the journal.`,
);
console.log('Try: cd demo && npx slipway show main-1.2 && npx slipway journal show release/main-1.2');
