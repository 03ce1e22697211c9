/** As many links as Linux follows in one path (path_resolution(7)); more is a circle. */
const MOST_LINKS = 40;

/** Where a path ends. `through`: the last link on the way, or undefined when the path itself leads out. */
export type Followed =
  | { readonly ends: 'inside'; readonly path: string }
  | { readonly ends: 'outside' | 'circle'; readonly through: string | undefined };

/**
 * Follows a path as the kernel would, links in the middle and at its end included. Comparing texts is not enough: in
 * `a/b/up -> ../..`, the path `a/b/up/..` looks like `a/b` and is the folder above the root.
 * @param folder where a relative path begins, a real folder below the root; `''` is the root.
 * @param links real path below the root -> target. A path whose end does not exist is followed all the same.
 */
export function followLinks(folder: string, path: string, links: ReadonlyMap<string, string>): Followed {
  const place = folder === '' ? [] : folder.split('/');
  const todo = path.split('/');
  let through: string | undefined;
  if (path.startsWith('/')) return { ends: 'outside', through };
  for (let followed = 0; todo.length > 0; ) {
    const part = todo.shift();
    if (part === undefined || part === '.' || part === '') continue;
    if (part === '..') {
      if (place.pop() === undefined) return { ends: 'outside', through };
      continue;
    }
    const here = [...place, part].join('/');
    const target = links.get(here);
    if (target === undefined) {
      place.push(part);
      continue;
    }
    through = here;
    followed += 1;
    if (followed > MOST_LINKS) return { ends: 'circle', through };
    if (target.startsWith('/')) return { ends: 'outside', through };
    todo.unshift(...target.split('/'));
  }
  return { ends: 'inside', path: place.join('/') };
}
