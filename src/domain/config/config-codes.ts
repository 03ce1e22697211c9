/** What a code of a config finding means: one sentence, and what to do. `docs/reference/errors.md` is made from this table. */
interface CodeEntry {
  readonly means: string;
  readonly remedy: string;
}

const entry = (means: string, remedy: string): CodeEntry => ({ means, remedy });

export const CONFIG_CODES = {
  // Reading the file
  SLIP_CONFIG_NOT_FOUND: entry(
    'There is no config file here or above.',
    'Run "slipway init", or name one with --config.',
  ),
  SLIP_CONFIG_TWO_FILES: entry(
    'One folder holds several config files.',
    'Keep one of them, or name one with --config.',
  ),
  SLIP_CONFIG_UNREADABLE: entry('The config file cannot be read.', 'Give this user the right to read it.'),
  SLIP_CONFIG_TOO_BIG: entry(
    'A config file is larger than 5 MB, or has far more words than any config.',
    'Check that it is the right file.',
  ),
  SLIP_CONFIG_ENCODING: entry('A config file is not UTF-8 text.', 'Save it as UTF-8.'),
  SLIP_CONFIG_EMPTY: entry(
    'The config file says nothing.',
    'Run "slipway init" in an empty folder to see a small one.',
  ),
  SLIP_CONFIG_SYNTAX: entry('The text is not YAML.', 'Mend the line; the message says what was expected.'),
  SLIP_CONFIG_TAB: entry('A tab is used to indent, which YAML does not allow.', 'Indent with spaces.'),
  SLIP_CONFIG_DUPLICATE_KEY: entry(
    'A key appears twice in one map; YAML would keep one of them in silence.',
    'Keep one.',
  ),
  SLIP_CONFIG_TAG: entry('A value carries a YAML tag (`!...`).', 'Remove the tag; put text in quotes.'),
  SLIP_CONFIG_MERGE_KEY: entry(
    'The merge key `<<` is no part of YAML 1.2.',
    'Use extends (agents, lines) or write the keys out.',
  ),
  SLIP_CONFIG_ALIAS: entry(
    'An alias is unknown, contains itself, or grows the file out of all proportion.',
    'Write the values out.',
  ),
  SLIP_CONFIG_TOO_DEEP: entry('Maps and lists are nested too deep.', 'Check the indentation.'),
  SLIP_CONFIG_KEY_TYPE: entry('A key is not plain text.', 'Put the key in quotes.'),
  SLIP_CONFIG_DOCUMENTS: entry('The file holds more than one YAML document.', 'Keep one, without "---" between.'),
  // Shape
  SLIP_CONFIG_VERSION: entry(
    'The file is of a format that this program does not know.',
    'Install the slipway it names.',
  ),
  SLIP_CONFIG_UNKNOWN_KEY: entry(
    'A key is not one of those that are legal there.',
    'Write one that is; the nearest is named.',
  ),
  SLIP_CONFIG_MISSING: entry('A key that is needed is not there.', 'Add it.'),
  SLIP_CONFIG_TYPE: entry('A value is of another kind than its key takes.', 'Write what the message names.'),
  SLIP_CONFIG_NOT_TEXT: entry(
    'Text was read as a number, true or false, because it is not in quotes.',
    'Put it in quotes.',
  ),
  SLIP_CONFIG_VALUE: entry('A value is none that its key takes.', 'Write what the message names.'),
  SLIP_CONFIG_RANGE: entry('A number or duration is too small or too large.', 'Stay within the limits named.'),
  SLIP_CONFIG_NAME: entry('A name has characters that names may not have.', 'Use a-z, 0-9 and "-".'),
  SLIP_CONFIG_PATH: entry(
    'A path leaves the folder it must stay in, or is no place in a package.',
    'Write a path without "..".',
  ),
  SLIP_CONFIG_VERSIONS: entry(
    'A pattern of versions cannot give versions.',
    'Use {n} or {any}, with {base} if the branch has one.',
  ),
  SLIP_CONFIG_SCHEDULE: entry('A schedule cannot be read, or promotes before it stages.', 'Write five cron fields.'),
  SLIP_CONFIG_LITERAL_SECRET: entry(
    'A secret stands in the file itself.',
    'Put it in a file or variable and refer to it.',
  ),
  SLIP_CONFIG_SECRET_PLACE: entry('A secret reference cannot be used there.', 'Use the kind that the message names.'),
  // Names that refer to each other
  SLIP_CONFIG_UNKNOWN_NAME: entry(
    'A name refers to something the file does not have.',
    'Write a name that exists, or add it.',
  ),
  SLIP_CONFIG_EITHER: entry('One of several keys is needed, and none or two are there.', 'Keep exactly one.'),
  SLIP_CONFIG_NAME_TWICE: entry('One name stands for two things, or appears twice in a list.', 'Rename or remove one.'),
  SLIP_CONFIG_RESERVED: entry('A name or path is one that Slipway uses itself.', 'Choose another.'),
  SLIP_CONFIG_CYCLE: entry('Things refer to each other in a circle.', 'Take one reference out.'),
  SLIP_CONFIG_VOLUME_UNUSED: entry(
    'A volume is mounted by no step. Volumes that nobody needs still fail.',
    'Remove it.',
  ),
  SLIP_CONFIG_SIGN: entry(
    'It is not clear which key signs, or the key does not fit.',
    'Name a signing entry under "sign".',
  ),
  SLIP_CONFIG_NO_PROOF: entry('Nothing proves what a URL gives.', 'Add sha256, or signature and key.'),
  SLIP_CONFIG_NOT_HTTPS: entry('Users would read over http.', 'Use https.'),
  SLIP_CONFIG_NO_PUBLIC: entry(
    'Without origin.public client files name a folder of this machine.',
    'Set origin.public.',
  ),
  SLIP_CONFIG_INSECURE: entry('Artifacts or the server can be reached without protection.', 'Use https and auth.'),
  SLIP_CONFIG_SERVER: entry(
    'The server cannot be reached by those who need it, or by anybody without a name.',
    'Set url, listen and auth.',
  ),
  SLIP_CONFIG_CHANNEL_PATH: entry('Two channels would write to one path.', 'Give each its own.'),
  SLIP_CONFIG_VERSIONS_MEET: entry(
    'Two lines of one channel could give the same version.',
    'Give each its own pattern or channel.',
  ),
  SLIP_CONFIG_SAME_OUTPUT: entry('Two packages would have the same file name.', 'Name them apart.'),
  SLIP_CONFIG_NOT_USED: entry('Something is defined and used by nothing.', 'Remove it, or use it.'),
  SLIP_CONFIG_NOWHERE: entry(
    'No repository of the channel takes the package.',
    'Add one of its type, or one of type files.',
  ),
  SLIP_CONFIG_GATE: entry(
    'A gate cannot pass, or nothing waits for it.',
    'Name enough approvers, and add the step approve.',
  ),
  SLIP_CONFIG_WINDOW: entry('A window or freeze is empty, or leaves no time to promote.', 'Change its times.'),
  SLIP_CONFIG_TIME: entry('Deadlines are longer than the time there is for them.', 'Shorten them, or make more time.'),
  SLIP_CONFIG_STEPS: entry(
    'The steps are not in the order a release goes through.',
    'Use build, stage, verify, approve, mirrors, promote, verify.',
  ),
  SLIP_CONFIG_ORDER: entry(
    'promote.order leaves something out, names it twice, or cannot be undone half-way.',
    'Mend the order.',
  ),
  SLIP_CONFIG_UNDO: entry('A way to take a promotion back does not exist there.', 'Write a way that does.'),
  SLIP_CONFIG_PROBE: entry('Nothing can tell whether it has been done.', 'Add a probe.'),
  SLIP_CONFIG_LATEST: entry(
    '`latest` would point with something that nobody answers.',
    'Use symlink on disk, redirect with a CDN or server.',
  ),
  SLIP_CONFIG_CLIENT: entry(
    'A client has no package of the line to install.',
    'Remove it, or add a package of its format.',
  ),
  SLIP_CONFIG_EMBARGO: entry('An embargoed line would hand bytes out before promotion.', 'Set carry to 0.'),
  SLIP_CONFIG_NOBODY_TOLD: entry('No receiver would be told of an error.', 'Add a receiver and a route.'),
  // Templates
  SLIP_CONFIG_TEMPLATE: entry(
    'A template cannot be read, or names a value that does not exist.',
    'Write one of the paths listed.',
  ),
  SLIP_CONFIG_TEMPLATE_PLACE: entry(
    'A template stands where none is filled.',
    'Use with, env, url, name, path or image.',
  ),
  // More than one source
  SLIP_CONFIG_OVERRIDE: entry('An override names no key that can be overridden.', 'Mend the name, or change the file.'),
  SLIP_CONFIG_OVERRIDDEN: entry('A value of the file is replaced from outside.', 'Nothing to do if that is meant.'),
  SLIP_CONFIG_INCLUDE: entry('An included file cannot be read.', 'Check its path and ref.'),
  SLIP_CONFIG_INCLUDE_TWICE: entry('Two included files set the same key.', 'Set it in one of them.'),
  SLIP_CONFIG_SHADOWED: entry(
    'This file sets a key anew that an included file sets.',
    'Nothing to do if that is meant.',
  ),
  SLIP_CONFIG_FILE_NOT_FOUND: entry('A file that the config names is not there.', 'Create it, or mend the path.'),
  SLIP_CONFIG_POD_FIELD: entry('A pod template sets a field that Slipway sets.', 'Take the field out.'),
  SLIP_CONFIG_BRANCH: entry('No branch of the local repository matches.', 'Mend the pattern, or fetch the branch.'),
  SLIP_CONFIG_DRIFT: entry(
    'The branches of two lines say different things.',
    'Include one file on both, or allow the difference.',
  ),
  SLIP_CONFIG_NOT_CHECKED: entry('Something could not be looked at from here.', 'The message says what looks at it.'),
  SLIP_CONFIG_NOT_YET: entry(
    'The key is legal, but this slipway cannot act on it yet; plan refuses it.',
    'Take it out, or install a later slipway.',
  ),
  // Lint of pods
  SLIP_LINT_VOLUME_UNUSED: entry(
    'A step mounts a volume that none of its scripts, inputs or outputs names.',
    'Remove it.',
  ),
  SLIP_LINT_VOLUME_NO_FILES: entry('A step mounts a claim and declares no files.', 'Use inputs and outputs.'),
  SLIP_LINT_VOLUME_TWO_OS: entry('One claim is mounted on Linux and on Windows.', 'Pass files as outputs.'),
  SLIP_LINT_WINDOWS_PATH: entry(
    'A Windows path mixes styles, or lies inside another mount.',
    'One style, side by side.',
  ),
  SLIP_LINT_WINDOWS_LINUX_FIELD: entry('A field has no meaning on Windows.', 'Remove it.'),
  SLIP_LINT_OS_SELECTOR: entry('The node selector says another system than `os`.', 'Set os.'),
  SLIP_LINT_REQUESTS_MISSING: entry('A pod has no CPU or memory request.', 'Set resources.'),
  SLIP_LINT_DEADLINE_VOLUME: entry('The deadline for volumes is under one kubelet cycle (123 s).', 'Set 5m.'),
  SLIP_LINT_RETRY_UNBOUNDED: entry(
    'A phase may last longer than all attempts together.',
    'Set startTimeout longer than each phase.',
  ),
  SLIP_LINT_RETRY_IRREVERSIBLE: entry('A step that must not run twice is retried.', 'Set attempts to 1.'),
  SLIP_LINT_CONTAINER_PRIVILEGED: entry('A pod asks for rights over its node.', 'Remove them.'),
  SLIP_LINT_IMAGE_TAG: entry('An image may change before a release is resumed.', 'Pin a digest.'),
} as const satisfies Readonly<Record<`SLIP_${string}`, CodeEntry>>;

export type ConfigCode = keyof typeof CONFIG_CODES;
