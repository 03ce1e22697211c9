import { describe, expect, test } from 'vitest';
import { checkRef, repositoryOf } from './git-place.ts';

const place = (git: string) => repositoryOf('core', git, '/work/config');

test.each([
  ['https://git.example.org/packaging.git', 'https://git.example.org/packaging.git'],
  ['ssh://git@git.example.org:2222/p.git', 'ssh://git@git.example.org:2222/p.git'],
  ['git@git.example.org:p.git', 'git@git.example.org:p.git'],
  ['file:///srv/p.git', 'file:///srv/p.git'],
  ['../packaging', '/work/packaging'],
  ['./a:b', '/work/config/a:b'],
  ['/srv/with space', '/srv/with space'],
])('the repository %s is given to git as %s', (git, told) => expect(place(git)).toBe(told));

describe('a repository that could run something here is never given to git', () => {
  test.each([
    ['ext::sh -c "touch /tmp/owned"', 'space'],
    ['ext::touch${IFS}/tmp/owned', 'ext:: runs a command'],
    ['fd::17', 'fd:: runs a command'],
    ['foo::https://git.example.org/x', 'foo:: runs a command'],
    ['--upload-pack=touch', 'begins with a dash'],
    ['-u/bin/true', 'begins with a dash'],
    ['ssh://-oProxyCommand=touch/x', 'host begins with a dash'],
    ['ssh://git@-oProxyCommand=touch/x', 'host begins with a dash'],
    ['-oProxyCommand=touch:x', 'begins with a dash'],
    ['git@-oProxyCommand=touch:x', 'host begins with a dash'],
    ['ftp://git.example.org/x', 'ftp:// is not used'],
    ['gopher://git.example.org/x', 'gopher:// is not used'],
    ['https://git.example.org/x\n--upload-pack=touch', 'space'],
  ])('%j', (git, problem) => {
    expect(() => place(git)).toThrow(
      expect.objectContaining({ code: 'SLIP_SOURCE_GIT', message: expect.stringContaining(problem) }),
    );
  });
});

test.each(['v12', 'main', 'release/2.x', 'refs/tags/v1', 'HEAD', 'äöü', '3b1f0c5', 'a+b@c'])('%s is a ref', (ref) => {
  expect(() => checkRef('core', ref)).not.toThrow();
});

test.each([
  '-v',
  '--upload-pack=x',
  '',
  'a b',
  'a..b',
  'HEAD~1',
  'v1^{}',
  'main@{1}',
  'a:b',
  'a*',
  'a?',
  'a[',
  'a\\b',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a.',
  '@',
  'a\nb',
])('%j is no ref', (ref) => expect(() => checkRef('core', ref)).toThrow('is no name of a branch, tag or commit'));
