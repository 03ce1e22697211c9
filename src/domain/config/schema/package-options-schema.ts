import { z } from 'zod';
import { key } from './key.ts';
import { absolutePath, choice, flag, innerPath, octalMode, templateText, text, words } from './scalars.ts';

const target = (to: z.ZodType<string>) =>
  z.union([
    to,
    z.strictObject({
      to: key(to, 'Where it goes.'),
      mode: key(octalMode().optional(), 'Such as "0755"; taken from the file when left out.'),
      owner: key(
        text(/^[a-z_][a-z0-9_-]*(:[a-z_][a-z0-9_-]*)?$/, { write: 'user or user:group' }).optional(),
        'User, or user:group; root when left out.',
      ),
      config: key(flag().optional(), 'A configuration file: kept when the user has changed it.'),
      dir: key(flag().optional(), 'An empty folder.'),
      link: key(words('the target of a link').optional(), 'A symbolic link to this.'),
    }),
  ]);

const files = (to: z.ZodType<string>) =>
  key(
    z.record(words('a path below the work folder'), target(to)).default({}),
    'What goes in: a path below the work folder (`input/file`) to its place in the package.',
  );

const shared = {
  name: key(templateText('the name of the package').optional(), 'Name of the package; the project when left out.'),
  version: key(templateText('a version').optional(), "Default the release's version, in the order of the format."),
  summary: key(templateText('one line').optional(), 'One line; the name when left out.'),
  description: key(templateText('text').optional(), 'More than one line.'),
  maintainer: key(templateText('Name <mail>').optional(), '`Name <mail>`.'),
  license: key(templateText('a licence').optional(), 'SPDX name of the licence.'),
  homepage: key(templateText('a URL').optional(), 'Home page.'),
  arch: key(templateText('an architecture').default('all'), 'Architecture; `all` for what runs anywhere.'),
};

const installed = () => files(absolutePath('a place in the package'));
const relation = () => templateText('text, such as "libc6 (>= 2.36), adduser"').optional();
const scripts = <const Names extends readonly string[]>(...names: Names) =>
  key(
    z.partialRecord(z.enum(names), innerPath('a path below the work folder')).default({}),
    'Maintainer scripts: path of each below the work folder.',
  );

export const debOptions = z.strictObject({
  ...shared,
  files: installed(),
  depends: key(relation(), 'Verbatim, as in a control file.'),
  'pre-depends': key(relation(), 'Verbatim, as in a control file.'),
  recommends: key(relation(), 'Verbatim, as in a control file.'),
  suggests: key(relation(), 'Verbatim, as in a control file.'),
  enhances: key(relation(), 'Verbatim, as in a control file.'),
  breaks: key(relation(), 'Verbatim, as in a control file.'),
  conflicts: key(relation(), 'Verbatim, as in a control file.'),
  provides: key(relation(), 'Verbatim, as in a control file.'),
  replaces: key(relation(), 'Verbatim, as in a control file.'),
  section: key(templateText('a section').optional(), 'Section of the archive.'),
  priority: key(templateText('a priority').optional(), 'Priority, such as optional.'),
  conffiles: key(
    z.array(absolutePath('a place in the package')).default([]),
    'Installed files that are configuration.',
  ),
  scripts: scripts('preinst', 'postinst', 'prerm', 'postrm'),
  systemd: key(
    z.array(innerPath('a path below the work folder')).default([]),
    'Unit files to install, enable and start.',
  ),
  compression: key(choice('gzip', 'xz').default('gzip'), 'How the files are packed; xz needs the program xz.'),
});

export const archiveOptions = z.strictObject({
  ...shared,
  files: files(innerPath('a place in the archive')),
  root: key(
    templateText('a folder').optional(),
    'The folder inside the archive that holds everything; none when left out.',
  ),
});

export const rpmOptions = z.strictObject({
  ...shared,
  files: installed(),
  requires: key(relation(), 'Verbatim, as in a spec file.'),
  recommends: key(relation(), 'Verbatim, as in a spec file.'),
  suggests: key(relation(), 'Verbatim, as in a spec file.'),
  supplements: key(relation(), 'Verbatim, as in a spec file.'),
  enhances: key(relation(), 'Verbatim, as in a spec file.'),
  provides: key(relation(), 'Verbatim, as in a spec file.'),
  conflicts: key(relation(), 'Verbatim, as in a spec file.'),
  obsoletes: key(relation(), 'Verbatim, as in a spec file.'),
  scripts: scripts('pre', 'post', 'preun', 'postun', 'pretrans', 'posttrans'),
  config: key(z.array(absolutePath('a place in the package')).default([]), 'Installed files that are configuration.'),
  ghost: key(z.array(absolutePath('a place in the package')).default([]), 'Files the package owns but does not bring.'),
  compression: key(choice('gzip').default('gzip'), 'Of the payload.'),
});

export const msiOptions = z.strictObject({
  ...shared,
  files: installed(),
  source: key(innerPath('the path of a .wxs file').optional(), 'The WiX source, below the work folder.'),
});
