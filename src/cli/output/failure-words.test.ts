import { expect, test } from 'vitest';
import { failureWords } from './failure-words.ts';

test.each([
  ['deb', 'name is "Hello".', 'deb: name is "Hello". [CLASS]'],
  ['deb', 'Step deb gave other bytes.', 'Step deb gave other bytes. [CLASS]'],
  ['deb', 'deb: it ended with 3.', 'deb: it ended with 3. [CLASS]'],
  ['deb', 'hello.deb is no package.', 'deb: hello.deb is no package. [CLASS]'],
  ['fetch:app', 'fetch:app found nothing.', 'fetch:app found nothing. [CLASS]'],
  [undefined, 'A client refused it: \u001b[2J', 'A client refused it: \\x1b[2J [CLASS]'],
])('a failure of step %s names it once', (step, sentence, words) => {
  const failure = {
    phase: 'build',
    class: 'CLASS',
    sentence,
    remedy: '',
    ...(step !== undefined && { step }),
  } as const;
  expect(failureWords(failure)).toBe(words);
});
