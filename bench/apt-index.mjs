// How long a new apt generation takes and how much it writes, beside reprepro, aptly and apt-ftparchive: same machine, same run,
// in turns. Bounds are ratios (packaging 10). Prints a table and JSON; exits 1 when a bound is missed.
//   node bench/apt-index.mjs [folder on the disk to measure; default: the temporary folder]
import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSource, importSource } from './import-source.mjs';

const N = 5000;
/** A round whose tool varies by more is no measure of anything: the rounds are made again, at most so often. */
const STEADY = 0.3;
const ATTEMPTS = 3;
const BIG_BYTES = 90_000_000;
const BOUNDS = { add: 0.2, addIndexMB: 0.31, scratch: 1.5, big: 0.6, peakMB: 100 };

const missing = ['reprepro', 'apt-ftparchive', 'gpg', 'gzip'].filter(
  (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
);
if (missing.length > 0) {
  console.log(`skipped: ${missing.join(', ')} not installed, so the figures of the apt index were not checked`);
  process.exit(0);
}

const work = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'slw-bench-'));
const at = (...parts) => join(work, ...parts);
const environment = { ...process.env, GNUPGHOME: at('gnupg'), LC_ALL: 'C' };

/** Runs a script as a user would, and says how long it took and what CPU time it used. */
function tool(script) {
  const result = spawnSync('bash', ['-ec', `TIMEFORMAT='%R %U %S'; time { ${script}\n} >"$LOG" 2>&1`], {
    cwd: work,
    env: { ...environment, LOG: at('tool.log') },
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`${script}\n${result.stderr}${execFileSync('cat', [at('tool.log')])}`);
  const [seconds, user, system] = result.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { seconds, cpuSeconds: user + system };
}

const { tinyDeb } = await importSource('test/support/tiny-deb.ts');
const bundle = await bundleSource(
  'src/adapters/artifacts-disk/disk-artifact-store.ts',
  'src/adapters/origin-disk/disk-origin.ts',
  'src/adapters/package-builder/file-source.ts',
  'src/domain/package/archive/tar-reader.ts',
  'src/domain/package/deb/deb-members.ts',
  'src/domain/package/deb/read-control.ts',
  'src/domain/repository/plan-change.ts',
  'test/support/test-signer.ts',
);

/** A process of ours, told over IPC what to do. */
async function startPublisher() {
  const child = fork(fileURLToPath(new URL('apt-publisher.mjs', import.meta.url)), [work, bundle]);
  child.once('exit', (code) => {
    if (code) process.exit(code); // it has said why; nobody would answer any more
  });
  await once(child, 'message');
  const ask = async (task, input) => {
    const answer = once(child, 'message');
    child.send({ task, ...input });
    return (await answer)[0];
  };
  const end = async () => {
    child.disconnect();
    await once(child, 'exit');
  };
  return { ask, end };
}

const sorted = (rows) => rows.map(({ seconds }) => seconds).sort((a, b) => a - b);
const median = (rows) => sorted(rows)[rows.length >> 1];
const spread = (rows) => (sorted(rows).at(-1) - sorted(rows)[0]) / median(rows);

/** Alternates the contenders; the first of them is the one whose steadiness decides whether the rounds count. */
async function compare(name, contenders, { rounds = 5, warmUp = 1 } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const rows = Object.fromEntries(Object.keys(contenders).map((key) => [key, []]));
    for (let round = -warmUp; round < rounds; round += 1) {
      for (const [key, run] of Object.entries(contenders)) {
        const row = await run(`${attempt}-${round + warmUp}`);
        if (round >= 0) rows[key].push(row);
      }
    }
    const judge = Object.keys(contenders)[0];
    const unsteady = spread(rows[judge]) > STEADY;
    if (!unsteady || attempt === ATTEMPTS) return { name, rows, judge, attempts: attempt, unsteady };
    console.log(`${name}: ${judge} varied by ${Math.round(spread(rows[judge]) * 100)} %, once more`);
  }
}

function print({ name, rows, judge, attempts, unsteady }) {
  console.log(
    `${name}${attempts > 1 ? `, attempt ${attempts}` : ''}${unsteady ? ' (unsteady: judged all the same)' : ''}`,
  );
  for (const [key, runs] of Object.entries(rows)) {
    const [low, high] = [sorted(runs)[0], sorted(runs).at(-1)];
    const cpu = runs.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b)[runs.length >> 1];
    const ratio = key === judge ? '' : `  ${(median(runs) / median(rows[judge])).toFixed(2)} times ${judge}`;
    const times = [median(runs), low, high].map((seconds) => seconds.toFixed(4)).join(' / ');
    console.log(`  ${key.padEnd(26)} ${times} s   CPU ${cpu.toFixed(3)} s${ratio}`);
  }
}
const ratioOf = ({ rows, judge }, key) => median(rows[key]) / median(rows[judge]);

function makeDebs() {
  for (const folder of ['debs', 'ten', 'new', 'gnupg']) mkdirSync(at(folder), { mode: 0o700 });
  const write = (folder, name, version = '1.0') => {
    const { fileName, bytes } = tinyDeb(name, version);
    writeFileSync(at(folder, fileName), bytes);
    return at(folder, fileName);
  };
  for (let i = 0; i < N; i += 1) write('debs', `slip-${String(i).padStart(5, '0')}`);
  for (let i = 0; i < 10; i += 1) write('ten', `ten-${i}`);
  return write;
}

/** The same key for everybody; the agent that gpg starts is ended by gpgconf, for this folder alone. */
function importKey(privateKey) {
  execFileSync('gpg', ['--batch', '--quiet', '--import'], { input: privateKey, env: environment });
  const listing = execFileSync('gpg', ['--batch', '--with-colons', '-K'], { env: environment, encoding: 'utf8' });
  return /^fpr:+([0-9A-F]{40}):/m.exec(listing)[1];
}

const SIGN = `gpg --batch --yes --pinentry-mode loopback --clearsign -o InRelease Release
gpg --batch --yes --pinentry-mode loopback -abs -o Release.gpg Release`;
const ftparchive = (root, options = '') => `cd ${root}; mkdir -p dists/stable/main/binary-amd64
apt-ftparchive ${options} packages pool > dists/stable/main/binary-amd64/Packages
gzip -9nk -f dists/stable/main/binary-amd64/Packages
cd dists/stable; rm -f Release; apt-ftparchive release . > Release.new; mv Release.new Release
${SIGN}`;

/** Peak resident memory of processes that do what a conductor does in its life, and no more of it. */
async function measureMemory(write) {
  const root = at('origin-memory');
  const maker = await startPublisher();
  const { peakMB: made } = await maker.ask('listed', { root });
  await maker.end();
  const conductor = await startPublisher();
  await conductor.ask('open', { root });
  let added;
  for (let i = 0; i < 3; i += 1) added = await conductor.ask('add', { path: write('new', `slip-01000-${i}`) });
  await conductor.ask('ten', { folder: at('ten'), root: at('origin-memory-big') });
  const { peakMB: big } = await conductor.ask('big', { path: makeBig('memory').path });
  await conductor.end();
  return { [`${N} from their list`]: made, 'opened, three added': added.peakMB, 'and 90 MB': big };
}

async function benchScratch(ours) {
  mkdirSync(at('ftp'));
  execFileSync('cp', ['-r', at('debs'), at('ftp/pool')]);
  let lastRoot;
  const result = await compare(`${N} from scratch`, {
    'apt-ftparchive + gzip': () => tool(`rm -rf ftp/dists; ${ftparchive('ftp')}`),
    ours: (round) => {
      lastRoot = `origin-${round}`;
      return ours('scratch', { folder: at('debs'), root: at(lastRoot) });
    },
  });
  return { ...result, lastRoot };
}

async function benchAdd(ours, write, fingerprint) {
  mkdirSync(at('reprepro/conf'), { recursive: true });
  writeFileSync(
    at('reprepro/conf/distributions'),
    `Origin: bench\nCodename: stable\nSuite: stable\nArchitectures: amd64\nComponents: main\nSignWith: ${fingerprint}\n`,
  );
  tool('reprepro -b reprepro includedeb stable debs/*.deb');
  const news = (round) => write('new', `slip-02500-${round}`);
  const contenders = {
    reprepro: (round) => tool(`reprepro -b reprepro includedeb stable ${news(round)}`),
    // The package is in the store already, as its build left it; taking it in is told beside it.
    ours: async (round) => {
      const { generation, ...whole } = await ours('add', { path: news(round) });
      ingested.push(whole);
      return { ...generation, written: whole.written };
    },
  };
  const ingested = [];
  if (spawnSync('sh', ['-c', 'command -v aptly']).status === 0) contenders.aptly = aptlyContender(news, fingerprint);
  const result = await compare(`add one to ${N}`, contenders, { rounds: 15, warmUp: 3 });
  return { ...result, rows: { ...result.rows, 'ours, with ingest': ingested.slice(-15) } };
}

function aptlyContender(news, fingerprint) {
  writeFileSync(at('aptly.conf'), JSON.stringify({ rootDir: at('aptly'), gpgProvider: 'gpg' }));
  const options = `-config=${at('aptly.conf')}`;
  const publish = `-skip-contents -batch -gpg-key=${fingerprint}`;
  tool(`aptly ${options} repo create -distribution=stable -component=main bench
aptly ${options} repo add bench debs
aptly ${options} publish repo ${publish} -architectures=amd64 bench`);
  return (round) =>
    tool(`aptly ${options} repo add bench ${news(round)}; aptly ${options} publish update ${publish} stable`);
}

async function benchBig(ours) {
  mkdirSync(at('big/pool'), { recursive: true });
  for (const name of readdirSync(at('ten'))) copyFileSync(at('ten', name), at('big/pool', name));
  tool(ftparchive('big', `--db ${at('big/cache.db')}`));
  await ours('ten', { folder: at('ten'), root: at('origin-big') });
  return compare('add 90 MB to 10', {
    'apt-ftparchive --db': (round) => {
      const { path, fileName } = makeBig(`tool-${round}`);
      return tool(
        `mv ${path} big/pool/${fileName}; ${ftparchive('big', `--db ${at('big/cache.db')}`)}; rm ../../pool/${fileName}`,
      );
    },
    ours: (round) => ours('big', { path: makeBig(`ours-${round}`).path }),
  });
}

let lastBig;
/** A new deb of 90 MB, on disk before anybody is timed; the one before it is removed. */
function makeBig(round) {
  if (lastBig) rmSync(lastBig, { force: true });
  const { fileName, bytes } = tinyDeb(`big-${round}`, '1.0', 'all', '', randomText(BIG_BYTES));
  lastBig = at('new', fileName);
  writeFileSync(lastBig, bytes);
  execFileSync('sync', [lastBig]);
  return { path: lastBig, fileName };
}

/** Text that does not compress away, so that a package of it is as big as it. */
function randomText(sizeBytes) {
  return execFileSync('head', ['-c', String(sizeBytes), '/dev/urandom'], { maxBuffer: sizeBytes * 2 });
}

const version = (command) => execFileSync('sh', ['-c', `${command} 2>&1 | head -1`], { encoding: 'utf8' }).trim();

try {
  const write = makeDebs();
  const filler = await startPublisher();
  for (const folder of ['debs', 'ten']) await filler.ask('fill', { folder: at(folder) });
  await filler.ask('list', { folder: at('debs') });
  await filler.end();
  const fingerprint = importKey(readFileSync(at('key.asc')));
  const peaks = await measureMemory(write);
  const first = await startPublisher();
  const scratch = await benchScratch(first.ask);
  await first.end();
  const conductor = await startPublisher();
  await conductor.ask('open', { root: at(scratch.lastRoot) });
  const add = await benchAdd(conductor.ask, write, fingerprint);
  const big = await benchBig(conductor.ask);
  await conductor.end();
  for (const result of [scratch, add, big]) print(result);
  const lastAdd = add.rows.ours.at(-1).written;
  const figures = {
    scratch: ratioOf(scratch, 'ours'),
    add: ratioOf(add, 'ours'),
    addIndexMB: lastAdd.index / 1e6,
    big: ratioOf(big, 'ours'),
    peakMB: Math.max(...Object.values(peaks)),
  };
  console.log(
    `written for one more package: index ${(lastAdd.index / 1e6).toFixed(3)} MB, page, list and record ${(lastAdd.other / 1e6).toFixed(3)} MB`,
  );
  const versions = [
    version('reprepro --version'),
    version('apt-ftparchive --version'),
    version('gpg --version'),
    `node ${process.version}`,
  ];
  console.log(versions.join('; '));
  console.log(
    `peak memory: ${Object.entries(peaks)
      .map(([what, peakMB]) => `${what} ${peakMB.toFixed(0)} MB`)
      .join(', ')}`,
  );
  console.log(JSON.stringify({ figures, bounds: BOUNDS }));
  for (const [key, bound] of Object.entries(BOUNDS)) {
    const isMet = figures[key] <= bound;
    console.log(`${isMet ? 'ok    ' : 'MISSED'} ${key}: ${figures[key].toFixed(3)} (bound ${bound})`);
    if (!isMet) process.exitCode = 1;
  }
} finally {
  spawnSync('gpgconf', ['--homedir', at('gnupg'), '--kill', 'gpg-agent']);
  rmSync(work, { recursive: true, force: true });
  rmSync(bundle, { force: true });
}
