import { TreeError } from './tree-error.ts';
import { checkName } from './tree-path.ts';

/** As many links as Linux follows (path_resolution(7)); more is a circle. */
const MOST_LINKS = 40;

const REMEDY = 'Make it point at a file of the same folder with a relative path, or put a copy there.';

/**
 * Follows a link as the kernel would and refuses one that leads out. Comparing texts is not enough: in `a/b/up -> ../..`,
 * `out -> a/b/up/..` looks like `a/b` and is the folder above the tree.
 * @param links path -> target, of every link of the tree. A target that does not exist is allowed.
 * @throws {TreeError}
 */
export function checkLink(path: string, links: ReadonlyMap<string, string>): void {
  const place = path.split('/').slice(0, -1);
  const todo = partsOf(path, links.get(path) ?? '');
  for (let followed = 0; todo.length > 0; ) {
    const part = todo.shift();
    if (part === undefined || part === '.' || part === '') continue;
    if (part === '..') {
      if (place.length === 0)
        throw new TreeError(path, `is a link that leaves its folder (${links.get(path)})`, REMEDY);
      place.pop();
      continue;
    }
    const here = [...place, part].join('/');
    const target = links.get(here);
    if (target === undefined) place.push(part);
    else {
      followed += 1;
      if (followed > MOST_LINKS)
        throw new TreeError(path, `is a link that leads in a circle (${links.get(path)})`, REMEDY);
      todo.unshift(...partsOf(here, target));
    }
  }
}

function partsOf(path: string, target: string): string[] {
  checkName(path, target);
  if (target === '') throw new TreeError(path, 'is a link without a target', REMEDY);
  if (target.startsWith('/')) throw new TreeError(path, `is a link to an absolute path (${target})`, REMEDY);
  return target.split('/');
}
