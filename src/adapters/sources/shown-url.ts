/**
 * A URL as it may be printed: without user, password, query values (signed links carry their permission there) and fragment.
 * Text that is no URL comes back as it is: git also knows paths and `host:path`.
 */
export function shownUrl(text: string | URL): string {
  if (!URL.canParse(String(text))) return String(text).replace(/^[^/@\s]*:[^/@\s]*@/, '');
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.hash = '';
  if (url.search !== '') url.search = '?...';
  return url.href;
}

/** Takes the credentials of `url` out of a foreign program's words. */
export function withoutCredentials(words: string, url: string): string {
  let safe = words.replaceAll(url, shownUrl(url));
  if (!URL.canParse(url)) return safe;
  const { username, password } = new URL(url);
  for (const secret of [password, decodeURIComponent(password), username !== '' && password === '' ? username : '']) {
    if (secret !== '') safe = safe.replaceAll(secret, '***');
  }
  return safe;
}
