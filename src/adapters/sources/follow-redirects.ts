import type { IncomingMessage } from 'node:http';
import { type Asking, answerOf, downloadFailed } from './http-answer.ts';
import { shownUrl } from './shown-url.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The first answer that is no redirect, and must be 200. Credentials of the URL go to its own origin only. */
export async function followRedirects(asking: Asking, start: URL): Promise<{ answer: IncomingMessage; url: URL }> {
  let url = start;
  let auth = credentialsOf(start);
  for (let followed = 0; ; followed++) {
    const answer = await answerOf(asking, url, auth);
    const status = answer.statusCode ?? 0;
    if (status === 200) return { answer, url };
    answer.destroy();
    if (!REDIRECTS.has(status)) {
      throw downloadFailed(asking, url, `the server answered ${status} ${answer.statusMessage ?? ''}`.trimEnd());
    }
    const next = targetOf(asking, url, answer.headers.location);
    if (followed >= asking.limits.redirects) {
      throw downloadFailed(asking, start, `it was redirected ${followed + 1} times, at last to ${shownUrl(next)}`);
    }
    if (next.origin !== start.origin) auth = undefined; // for good: who sent us away could also send us back
    url = next;
  }
}

function targetOf(asking: Asking, from: URL, location: string | undefined): URL {
  const refuse = (problem: string, remedy: string) => downloadFailed(asking, from, problem, undefined, remedy);
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw refuse('it redirects without saying where', 'Write the URL that it should lead to.');
  }
  const next = new URL(location, from.href);
  if (next.protocol !== 'https:' && next.protocol !== 'http:') {
    throw refuse(`it redirects to ${next.protocol}, which is not followed`, 'Write an http or https URL.');
  }
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw refuse(`it redirects from https to ${shownUrl(next)}`, 'Write a URL that stays on https.');
  }
  return next;
}

function credentialsOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
}
