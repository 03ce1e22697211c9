import { z } from 'zod';
import { key } from './key.ts';
import { envSchema } from './package-schema.ts';
import {
  choice,
  duration,
  flag,
  gitUrl,
  innerPath,
  name,
  path,
  placeUrl,
  secret,
  templateText,
  text,
  webUrl,
  words,
} from './scalars.ts';

/** `signing.<name>`: one of a key, a key in a gpg agent, a command. */
export const signingSchema = z.strictObject({
  key: key(secret().optional(), 'The secret key, armoured: `file:PATH` or `env:NAME`.'),
  passphrase: key(secret().optional(), 'The passphrase of `key`.'),
  agent: key(
    text(/^[0-9A-Fa-f]{40}$/, { write: 'a fingerprint of 40 hex digits' }).optional(),
    'Fingerprint of a key that a gpg agent holds.',
  ),
  home: key(path('the path of a gpg home').optional(), "The agent's gpg home."),
  command: key(words('a command').optional(), 'Signs for an HSM or for Authenticode.', 'signing by command'),
});

/** `sources.<name>`: one of path, url, git. */
export const sourceSchema = z.strictObject({
  path: key(path('a path').optional(), 'A file or folder, relative to the config.'),
  url: key(webUrl(true).optional(), 'A file to fetch.'),
  git: key(gitUrl().optional(), 'A git repository.'),
  ref: key(words('a git ref').optional(), 'Branch, tag or commit of `git`; its default branch when left out.'),
  signature: key(words('a URL or a suffix, such as .asc').optional(), 'Where the OpenPGP signature of `url` is.'),
  key: key(path('the path of a public key').optional(), 'The public key that must have made `signature`.'),
  sha256: key(text(/^[0-9a-fA-F]{64}$/, { write: '64 hex digits' }).optional(), 'The sha256 of what `url` gives.'),
});

const isS3 = (value: unknown) => typeof value === 'string' && value.startsWith('s3:');

export const originSchema = z.strictObject({
  url: key(placeUrl(), 'The tree users read: a folder, or `s3://bucket/prefix`.', (value) =>
    isS3(value) ? { needs: 'object stores' } : undefined,
  ),
  public: key(webUrl().optional(), 'The URL users read it at.'),
  probe: key(flag().default(false), 'Watch the origin beside `public`.', (value) =>
    value === true ? { needs: 'the watcher' } : undefined,
  ),
});

const keep = () =>
  key(
    duration({ least: '24h' }).default('7d'),
    'How long old generations stay for clients in the middle of an update.',
  );
const sign = () => key(name('a signing name').optional(), 'The key of its indexes; the only one when left out.');
const undo = () =>
  key(choice('pointer', 'yank', 'none').optional(), 'How a flip is taken back; by type when left out.', (value) =>
    value === 'pointer' ? undefined : { needs: 'other ways to undo' },
  );

/** `repositories.<name>`: a place packages go to. */
export const repositorySchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: key(z.literal('apt'), 'For apt.'),
    sign: sign(),
    layout: key(choice('suites', 'flat').default('suites'), 'With suites (`dists/`), or flat.'),
    suite: key(text(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { write: 'the name of a suite' }).default('stable'), 'Its suite.'),
    components: key(
      z
        .array(text(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { write: 'the name of a component' }))
        .min(1)
        .default(['main']),
      'Its components.',
    ),
    keep: keep(),
    undo: undo(),
  }),
  z.strictObject({
    type: key(z.literal('files'), 'Plain files by version.'),
    sign: sign(),
    latest: key(
      choice('symlink', 'redirect').optional(),
      'How `latest` points: symlink on disk, redirect on s3.',
      (value) => (value === 'redirect' ? { needs: 'a server or CDN that answers redirects' } : undefined),
    ),
    keep: keep(),
    undo: undo(),
  }),
  key(
    z.strictObject({
      type: key(z.literal('rpm'), 'For dnf and zypper.'),
      sign: sign(),
      hrefs: key(choice('edge', 'parent').default('edge'), 'How a client finds packages below a generation.'),
      commit: key(choice('prefix', 'pair').default('prefix'), 'What a flip moves.'),
      keep: keep(),
      undo: undo(),
    }),
    'A repository for dnf and zypper.',
    'rpm repositories',
  ),
  key(
    z.strictObject({
      type: key(z.literal('git-tag'), 'A tag in a git repository.'),
      remote: key(gitUrl(), 'The git repository.'),
      name: key(templateText('the name of the tag, such as "v${{ version }}"'), 'The tag.'),
      undo: undo(),
      probe: key(words('a script').optional(), 'Exits 0 when it is done, 1 when not.'),
    }),
    'A tag in a git repository.',
    'git-tag repositories',
  ),
  key(
    z.strictObject({
      type: key(z.literal('command'), 'A script of yours.'),
      run: key(words('a script'), 'Does it.'),
      probe: key(
        words('a script').optional(),
        'Exits 0 when it is done, 1 when not, anything else when it cannot tell.',
      ),
      env: key(envSchema.default({}), 'Environment of both.'),
      undo: undo(),
    }),
    'A place that a script of yours knows.',
    'command repositories',
  ),
]);

/** `channels.<name>`: repository to its path below the origin. */
export const channelSchema = z.record(name('a repository'), innerPath('a path below the origin'));
