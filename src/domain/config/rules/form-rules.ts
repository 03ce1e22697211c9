import { type KeyPath, printPath } from '../key-path.ts';
import { matchPaths } from './match-paths.ts';
import { error, isCut, isWritten, namesOf, type RuleContext } from './rule-context.ts';

/** Maps that take one form of several: exactly one key says which, and some keys belong to one form only. */
interface Forms {
  readonly at: string;
  readonly one: readonly string[];
  readonly example: string;
  /** Key -> forms it has an effect in. */
  readonly only: Readonly<Record<string, readonly string[]>>;
  /** Key -> key it needs. */
  readonly needs?: Readonly<Record<string, string>>;
}

const SCRIPT = ['run', 'containers'];

const FORMS: readonly Forms[] = [
  {
    at: 'sources.*',
    one: ['path', 'url', 'git'],
    example: 'path: build',
    only: { ref: ['git'], sha256: ['url'], signature: ['url'], key: ['url'] },
    needs: { key: 'signature', signature: 'key' },
  },
  {
    at: 'packages.*',
    one: ['from', 'uses', 'run', 'containers'],
    example: 'uses: deb',
    only: {
      with: ['uses'],
      inputs: ['uses', ...SCRIPT],
      outputs: SCRIPT,
      dir: SCRIPT,
      env: SCRIPT,
      volumes: SCRIPT,
      image: SCRIPT,
      agent: ['uses', ...SCRIPT],
      timeout: ['uses', ...SCRIPT],
      retry: ['uses', ...SCRIPT],
      idempotent: ['uses', ...SCRIPT],
    },
  },
  {
    at: 'steps[]',
    one: ['uses', 'run', 'containers'],
    example: 'uses: build',
    only: { with: ['uses'] },
  },
  {
    at: 'signing.*',
    one: ['key', 'agent', 'command'],
    example: 'key: "file:release-key.asc"',
    only: { passphrase: ['key'], home: ['agent'] },
  },
];

/** One form, not none and not two; and no key that has no effect in it. */
export function checkForms(context: RuleContext): void {
  for (const forms of FORMS)
    for (const { path, node } of matchPaths(context.root, forms.at)) {
      if (node.kind !== 'map') continue;
      const written = forms.one.filter((key) => isWritten(context, [...path, key]));
      if (written.length === 1) checkKeys(context, forms, path, written[0] ?? '');
      else if (written.length > 1)
        error(context, {
          code: 'SLIP_CONFIG_EITHER',
          path: [...path, written[1] ?? ''],
          of: 'key',
          happened: `${printPath(path)} has ${written.join(' and ')}.`,
          remedy: 'Keep one of them.',
        });
      // A misspelt form is an unknown key already.
      else if (!isCut(context, path))
        error(context, {
          code: 'SLIP_CONFIG_EITHER',
          path,
          of: 'key',
          happened: `${printPath(path)} has none of ${forms.one.join(', ')}.`,
          remedy: `Write one of them, such as "${forms.example}".`,
        });
    }
}

function checkKeys(context: RuleContext, forms: Forms, path: KeyPath, form: string): void {
  const written = namesOf(context, ...path);
  for (const [key, effective] of Object.entries(forms.only))
    if (written.has(key) && !effective.includes(form))
      error(context, {
        code: 'SLIP_CONFIG_EITHER',
        path: [...path, key],
        of: 'key',
        happened: `${printPath([...path, key])} has no effect beside "${form}".`,
        remedy: `Remove it, or write ${effective.join(' or ')} instead of ${form}.`,
      });
  for (const [key, needed] of Object.entries(forms.needs ?? {}))
    if (written.has(key) && !written.has(needed) && form === 'url')
      error(context, {
        code: 'SLIP_CONFIG_EITHER',
        path: [...path, key],
        of: 'key',
        happened: `${printPath(path)} has "${key}" and no "${needed}": nothing would be proved.`,
        remedy: `Add "${needed}".`,
      });
}
