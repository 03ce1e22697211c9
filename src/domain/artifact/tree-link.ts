import { followLinks } from './follow-links.ts';
import { TreeError } from './tree-error.ts';
import { checkName } from './tree-path.ts';

const REMEDY = 'Make it point at a file of the same folder with a relative path, or put a copy there.';

/**
 * Refuses a link that leads out of its tree, by itself or through other links.
 * @param links path -> target, of every link of the tree. A target that does not exist is allowed.
 * @throws {TreeError}
 */
export function checkLink(path: string, links: ReadonlyMap<string, string>): void {
  const target = links.get(path) ?? '';
  checkName(path, target);
  if (target === '') throw new TreeError(path, 'is a link without a target', REMEDY);
  if (target.startsWith('/')) throw new TreeError(path, `is a link to an absolute path (${target})`, REMEDY);
  const { ends } = followLinks(path.split('/').slice(0, -1).join('/'), target, links);
  if (ends === 'outside') throw new TreeError(path, `is a link that leaves its folder (${target})`, REMEDY);
  if (ends === 'circle') throw new TreeError(path, `is a link that leads in a circle (${target})`, REMEDY);
}
