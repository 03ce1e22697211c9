import type { RepositoryDocument } from '../schema/config-schema.ts';
import { error, isCut, isWritten, note, type RuleContext, type Telling, warning } from './rule-context.ts';

/** Origin, repositories, channels, sources: where bytes come from and go to, and who signs. */
export function checkRepositories(context: RuleContext): void {
  checkOrigin(context);
  for (const [name, item] of Object.entries(context.document.repositories)) {
    checkSigner(context, name, item);
    checkUndo(context, name, item);
    checkLatest(context, name, item);
  }
  checkChannels(context);
  checkPackageSigners(context);
  checkSources(context);
}

function checkOrigin(context: RuleContext): void {
  const { origin } = context.document;
  if (isCut(context, ['origin']) || !isWritten(context, ['origin'])) return;
  if (origin.public === undefined)
    warning(context, {
      code: 'SLIP_CONFIG_NO_PUBLIC',
      path: ['origin'],
      of: 'key',
      happened: 'origin has no "public": client files will name a folder of this machine.',
      remedy: 'Add the URL users read it at, such as public: https://pkg.example.org.',
    });
  else if (!origin.public.startsWith('https:'))
    warning(context, {
      code: 'SLIP_CONFIG_NOT_HTTPS',
      path: ['origin', 'public'],
      happened: `origin.public is ${origin.public}: users would read over http.`,
      remedy: 'Write https.',
    });
}

function checkSigner(context: RuleContext, name: string, item: RepositoryDocument): void {
  if (item.type === 'git-tag' || item.type === 'command' || item.sign !== undefined) return;
  const signers = Object.keys(context.document.signing);
  if (signers.length === 1 || isCut(context, ['signing']) || isCut(context, ['repositories', name])) return;
  error(context, {
    code: 'SLIP_CONFIG_SIGN',
    path: ['repositories', name],
    of: 'key',
    happened:
      signers.length === 0
        ? `repositories.${name} needs a key to sign its indexes, and signing is empty.`
        : `repositories.${name} does not say which key signs its indexes: there are ${signers.join(', ')}.`,
    remedy:
      signers.length === 0
        ? 'Add signing: { gpg: { key: "file:release-key.asc" } }.'
        : `Add sign: ${signers[0]}, or another of them.`,
  });
}

function checkUndo(context: RuleContext, name: string, item: RepositoryDocument): void {
  const path = ['repositories', name, 'undo'];
  if (item.type === 'git-tag' && item.undo !== undefined && item.undo !== 'none')
    error(context, {
      code: 'SLIP_CONFIG_UNDO',
      path,
      happened: `repositories.${name}.undo is ${item.undo}, but a pushed tag is fetched within seconds.`,
      remedy: 'Write undo: none.',
    });
  if (item.type === 'command' && item.probe === undefined && !isCut(context, ['repositories', name, 'probe']))
    error(context, {
      code: 'SLIP_CONFIG_PROBE',
      path: ['repositories', name],
      of: 'key',
      happened: `repositories.${name} has no "probe": after a time-out nobody could tell whether it was done.`,
      remedy: 'Add a script that exits 0 when it is done and 1 when not.',
    });
}

function checkLatest(context: RuleContext, name: string, item: RepositoryDocument): void {
  if (item.type !== 'files') return;
  const { origin, cdn, server } = context.document;
  const onDisk = !origin.url.startsWith('s3:');
  const path = ['repositories', name, 'latest'];
  const latest = item.latest ?? (onDisk ? 'symlink' : 'redirect');
  if (latest === 'symlink' && !onDisk)
    error(context, {
      code: 'SLIP_CONFIG_LATEST',
      path,
      happened: `repositories.${name}.latest is symlink, and an object store has no symlinks.`,
      remedy: 'Write latest: redirect.',
    });
  if (latest === 'redirect' && Object.keys(cdn).length === 0 && server === undefined)
    error(context, {
      code: 'SLIP_CONFIG_LATEST',
      path,
      happened: `repositories.${name}.latest is redirect, and there is neither a cdn nor a server that answers it.`,
      remedy: onDisk ? 'Write latest: symlink.' : 'Add a cdn, or a server.',
    });
}

/** Names in the origin that are not for channels (`packaging.md` 7). */
const RESERVED = new Set(['gen', 'pool']);

function checkChannels(context: RuleContext): void {
  const taken = new Map<string, string>();
  for (const [channel, paths] of Object.entries(context.document.channels)) {
    if (Object.keys(paths).length === 0)
      error(context, {
        code: 'SLIP_CONFIG_MISSING',
        path: ['channels', channel],
        happened: `channels.${channel} has no repository.`,
        remedy: 'Add one with its path, such as apt: debian.',
      });
    for (const [repository, written] of Object.entries(paths))
      checkChannelPath(context, taken, channel, repository, written);
  }
}

function checkChannelPath(
  context: RuleContext,
  taken: Map<string, string>,
  channel: string,
  repository: string,
  written: string,
): void {
  const name = `channels.${channel}.${repository}`;
  const parts = written.split('/').filter((part) => part !== '' && part !== '.');
  const plain = parts.join('/');
  const fault = pathFault(taken, name, written, plain);
  if (fault === undefined) taken.set(plain, name);
  else error(context, { ...fault, path: ['channels', channel, repository] });
}

type PathFault = Pick<Telling, 'code' | 'happened' | 'remedy'>;

function pathFault(
  taken: ReadonlyMap<string, string>,
  name: string,
  written: string,
  plain: string,
): PathFault | undefined {
  if (RESERVED.has(plain.split('/')[0] ?? '') || plain === '')
    return {
      code: 'SLIP_CONFIG_RESERVED',
      happened: `${name} is "${written}", which Slipway uses itself.`,
      remedy: 'Write another path.',
    };
  for (const [other, owner] of taken) {
    if (other === plain)
      return {
        code: 'SLIP_CONFIG_CHANNEL_PATH',
        happened: `${name} has the path "${written}", as ${owner} has.`,
        remedy: 'Give each its own path.',
      };
    if (other.startsWith(`${plain}/`) || plain.startsWith(`${other}/`))
      return {
        code: 'SLIP_CONFIG_CHANNEL_PATH',
        happened: `${name} ("${written}") and ${owner} ("${other}") lie within each other.`,
        remedy: 'Write paths side by side.',
      };
  }
  return undefined;
}

/** A Windows package takes an Authenticode signature, which an OpenPGP key cannot make. */
function checkPackageSigners(context: RuleContext): void {
  for (const [name, item] of Object.entries(context.document.packages)) {
    const signer = item.sign === undefined ? undefined : context.document.signing[item.sign];
    if (signer !== undefined && item.uses === 'msi' && signer.command === undefined)
      error(context, {
        code: 'SLIP_CONFIG_SIGN',
        path: ['packages', name, 'sign'],
        happened: `packages.${name} is an msi, and signing.${item.sign} is an OpenPGP key: Windows would not know it.`,
        remedy: 'Sign with a signing entry that has a command.',
      });
  }
}

function checkSources(context: RuleContext): void {
  const used = new Set(Object.values(context.document.packages).flatMap((item) => [item.from ?? '', ...item.inputs]));
  for (const [name, source] of Object.entries(context.document.sources)) {
    if (
      source.url !== undefined &&
      source.sha256 === undefined &&
      source.signature === undefined &&
      !isCut(context, ['sources', name])
    )
      warning(context, {
        code: 'SLIP_CONFIG_NO_PROOF',
        path: ['sources', name, 'url'],
        happened: `Nothing proves what sources.${name}.url gives.`,
        remedy: 'Add sha256, or signature and key.',
      });
    if (!used.has(name) && !isCut(context, ['packages']))
      note(context, {
        code: 'SLIP_CONFIG_NOT_USED',
        path: ['sources', name],
        of: 'key',
        happened: `sources.${name} is no input of any package.`,
        remedy: 'Remove it, or add it to inputs.',
      });
  }
}
