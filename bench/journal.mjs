// How long the journal takes to record a fact, beside a bare write + fdatasync of one page on the same disk, in turns, in
// one run. Bound (architecture 9): at most 3 times. Prints JSON and one line; exits 1 when the bound is missed.
//   node bench/journal.mjs [folder on the disk to measure; default: the temporary folder]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importSource } from './import-source.mjs';

const ROUNDS = 40;
const PER_ROUND = 50;
const WRITERS = 8;
const PER_WRITER = 200;
const PAGE = Buffer.alloc(4096, 1);
const BOUND = 3;

const { openSqliteJournal, LinuxProcessTable, SystemRandom } = await importSource(
  'src/adapters/journal-sqlite/open-sqlite-journal.ts',
  'src/adapters/process-linux/linux-process-table.ts',
  'src/adapters/system-random/system-random.ts',
);
const open = (stateDir) =>
  openSqliteJournal({ stateDir, create: true, processes: new LinuxProcessTable(), random: new SystemRandom() });
const fact = (stream, expectedSeq) => ({
  by: 'conductor',
  at: Date.now(),
  writes: [
    {
      stream,
      expectedSeq,
      events: [{ type: 'attempt.accepted', v: 1, data: { step: 'hello-deb', attempt: 'slw-main-1.0-hello-deb-1' } }],
    },
  ],
});

const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
const micros = (ms) => Math.round(ms * 1000);

async function alternate(dir) {
  const journal = await open(dir);
  const file = openSync(join(dir, 'bare'), 'w');
  const [bare, recorded] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < PER_ROUND; i++) {
      const from = performance.now();
      writeSync(file, PAGE);
      fdatasyncSync(file);
      bare.push(performance.now() - from);
    }
    for (let i = 0; i < PER_ROUND; i++) {
      const seq = recorded.length;
      const from = performance.now();
      await journal.append(fact('run/main-1.0', seq));
      recorded.push(performance.now() - from);
    }
  }
  closeSync(file);
  await journal.close();
  return { bare: median(bare), recorded: median(recorded) };
}

/** Milliseconds for one append of all, while eight processes append as fast as they can. */
async function together(dir) {
  const writers = Array.from({ length: WRITERS }, (_, i) =>
    fork(fileURLToPath(import.meta.url), ['writer', dir, `run/writer-${i}`]),
  );
  const heard = () => Promise.all(writers.map((writer) => once(writer, 'message')));
  await heard();
  const ended = Promise.all(writers.map((writer) => once(writer, 'exit')));
  const from = performance.now();
  const done = heard();
  for (const writer of writers) writer.send('go');
  await done;
  const took = performance.now() - from;
  await ended;
  return took / (WRITERS * PER_WRITER);
}

async function write(dir, stream) {
  const journal = await open(dir);
  process.send('ready');
  await once(process, 'message');
  for (let i = 0; i < PER_WRITER; i++) await journal.append(fact(stream, i));
  process.send('done');
  await journal.close();
}

async function measure() {
  const dir = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'slipway-bench-'));
  try {
    const { bare, recorded } = await alternate(dir);
    const ratio = recorded / bare;
    const result = {
      bareMicros: micros(bare),
      appendMicros: micros(recorded),
      ratio: Number(ratio.toFixed(2)),
      bound: BOUND,
      eightWritersMicrosPerAppend: micros(await together(dir)),
    };
    console.log(JSON.stringify(result));
    console.log(
      `journal append ${result.appendMicros} µs, bare write + fdatasync ${result.bareMicros} µs: ${result.ratio} times ` +
        `(bound ${BOUND}); ${WRITERS} processes at once: ${result.eightWritersMicrosPerAppend} µs an append`,
    );
    process.exitCode = ratio <= BOUND ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const [role, dir, stream] = process.argv.slice(2);
await (role === 'writer' ? write(dir, stream) : measure());
