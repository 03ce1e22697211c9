import { printPath } from '../key-path.ts';
import { suggest } from '../nearest-key.ts';
import { type Match, matchPaths, textOf } from './match-paths.ts';
import { error, namesOf, type RuleContext } from './rule-context.ts';

/** Where a name stands, and the sections it may be of. `key` when the name is the key itself. */
interface Reference {
  readonly at: string;
  readonly to: readonly string[];
  readonly of?: 'key';
  /** Names that exist without being written. */
  readonly always?: readonly string[];
}

const REFERENCES: readonly Reference[] = [
  { at: 'lines.*.channel', to: ['channels'] },
  { at: 'lines.*.gates[]', to: ['gates'] },
  { at: 'lines.*.packages[]', to: ['packages'] },
  { at: 'agents.*.cluster', to: ['clusters'] },
  { at: 'packages.*.from', to: ['sources'] },
  { at: 'packages.*.inputs[]', to: ['sources', 'packages'] },
  { at: 'packages.*.agent', to: ['agents'], always: ['local'] },
  { at: 'packages.*.sign', to: ['signing'] },
  { at: 'repositories.*.sign', to: ['signing'] },
  { at: 'channels.*.*', to: ['repositories'], of: 'key' },
  { at: 'mirrors.*.repositories[]', to: ['repositories'] },
  { at: 'windows[].lines[]', to: ['lines'] },
  { at: 'freezes[].lines[]', to: ['lines'] },
  { at: 'steps[].inputs[]', to: ['sources', 'packages'] },
  { at: 'steps[].agent', to: ['agents'], always: ['local'] },
  { at: 'steps[].with.order[]', to: ['repositories'] },
  { at: 'watch.probes[].package', to: ['packages'] },
  { at: 'watch.maintenance[].lines[]', to: ['lines'] },
  { at: 'alerts.routes[].lines[]', to: ['lines'] },
  { at: 'alerts.routes[].to[]', to: ['alerts.receivers'] },
  { at: 'alerts.receivers.*.fallback', to: ['alerts.receivers'] },
];

/** Every name that refers to something refers to something that is there. */
export function checkReferences(context: RuleContext): void {
  for (const { at, to, of, always } of REFERENCES) {
    const known = [...to.flatMap((section) => [...namesOf(context, ...section.split('.'))]), ...(always ?? [])];
    for (const match of matchPaths(context.root, at)) {
      const name = of === 'key' ? String(match.path.at(-1)) : textOf(match.node);
      if (name === undefined || known.includes(name) || context.pruned.has(printPath(match.path))) continue;
      error(context, {
        code: 'SLIP_CONFIG_UNKNOWN_NAME',
        path: match.path,
        of: of ?? 'value',
        happened: `${what(match, of)} "${name}", which is not in ${to.join(' or ')}.`,
        remedy: known.length === 0 ? `Add it under ${to[0]}.` : suggest(name, known),
      });
    }
  }
  checkApprovers(context);
}

const what = ({ path }: Match, of: 'key' | undefined): string =>
  of === 'key'
    ? `${printPath(path.slice(0, -1))} has`
    : typeof path.at(-1) === 'number'
      ? `${printPath(path.slice(0, -1))} names`
      : `${printPath(path)} is`;

function checkApprovers(context: RuleContext): void {
  const teams = namesOf(context, 'teams');
  for (const { path, node } of matchPaths(context.root, 'gates.*.approvers[]')) {
    const team = /^team:(.*)$/.exec(textOf(node) ?? '')?.[1];
    if (team === undefined || teams.has(team)) continue;
    error(context, {
      code: 'SLIP_CONFIG_UNKNOWN_NAME',
      path,
      happened: `${printPath(path.slice(0, -1))} names team "${team}", which is not in teams.`,
      remedy: teams.size === 0 ? 'Add it under teams.' : suggest(team, teams).replace('Write "', 'Write "team:'),
    });
  }
}
