// How long the journal takes to record a fact, beside a bare write + fdatasync of one page on the same disk, in turns, in
// one run. Bound (architecture 9): at most 3 times. Prints JSON and one line; exits 1 when the bound is missed.
//   node bench/journal.mjs [folder on the disk to measure; default: the temporary folder]
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importSource } from './import-source.mjs';

const ROUNDS = 40;
const PER_ROUND = 50;
const WRITERS = 8;
const PAGE = Buffer.alloc(4096, 1);
const BOUND = 3;

const { openSqliteJournal, LinuxProcessTable, SystemRandom } = await importSource(
  'src/adapters/journal-sqlite/open-sqlite-journal.ts',
  'src/adapters/process-linux/linux-process-table.ts',
  'src/adapters/system-random/system-random.ts',
);
const dir = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'slipway-bench-'));
const open = () =>
  openSqliteJournal({ stateDir: dir, create: true, processes: new LinuxProcessTable(), random: new SystemRandom() });
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

try {
  const journal = await open();
  const file = openSync(join(dir, 'bare'), 'w');
  const bare = [];
  const recorded = [];
  let seq = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < PER_ROUND; i++) {
      const from = performance.now();
      writeSync(file, PAGE);
      fdatasyncSync(file);
      bare.push(performance.now() - from);
    }
    for (let i = 0; i < PER_ROUND; i++) {
      const from = performance.now();
      await journal.append(fact('run/main-1.0', seq++));
      recorded.push(performance.now() - from);
    }
  }
  closeSync(file);

  const from = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const own = await open();
      for (let i = 0; i < 100; i++) await own.append(fact(`run/writer-${writer}`, i));
      await own.close();
    }),
  );
  const eight = (performance.now() - from) / (WRITERS * 100);
  await journal.close();

  const ratio = median(recorded) / median(bare);
  const result = {
    bareMicros: micros(median(bare)),
    appendMicros: micros(median(recorded)),
    ratio: Number(ratio.toFixed(2)),
    bound: BOUND,
    eightWritersMicrosPerAppend: micros(eight),
  };
  console.log(JSON.stringify(result));
  console.log(
    `journal append ${result.appendMicros} µs, bare write + fdatasync ${result.bareMicros} µs: ${result.ratio} times ` +
      `(bound ${BOUND}); 8 writers at once: ${result.eightWritersMicrosPerAppend} µs an append`,
  );
  process.exitCode = ratio <= BOUND ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
