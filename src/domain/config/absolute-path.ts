/** A POSIX path made absolute and plain: `./public` in `/home/me` is `/home/me/public`. */
export function absolutePath(baseDir: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${baseDir}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
