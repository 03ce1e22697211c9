// A process that uses an artifact store. `put-artifacts.ts ROOT race`: says it is ready, waits for the word, then puts 200
// small artifacts, each in a tight loop with whoever else does the same. `... hang`: begins a put that never ends.
import { once } from 'node:events';
import { setInterval } from 'node:timers';
import { DiskArtifactStore } from '../../../src/adapters/artifacts-disk/disk-artifact-store.ts';

const [root = '', what] = process.argv.slice(2);
const store = await DiskArtifactStore.open(root);

async function* never(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1024 * 1024);
  process.send?.('writing');
  await new Promise(() => setInterval(() => {}, 1000));
}

if (what === 'hang') {
  await store.put(never());
} else {
  const word = once(process, 'message');
  process.send?.('ready');
  await word;
  for (let i = 0; i < 200; i++) await store.put(Buffer.from(`artifact ${i}`.repeat(100)));
  process.disconnect();
}
