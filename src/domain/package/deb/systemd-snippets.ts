import { PackageOptionError } from '../package-error.ts';

/** A unit that a deb brings. */
export interface SystemdUnit {
  /** `hello.service`. */
  readonly name: string;
  /** With an `[Install]` section it is enabled, started, and started anew on an upgrade; else it is only there. */
  readonly isEnabled: boolean;
}

/** Parts for maintainer scripts, each without `#!`. */
export type ScriptParts = Readonly<Partial<Record<'postinst' | 'prerm' | 'postrm', string>>>;

/** Where packages put units (systemd.unit(5)); deb-systemd-helper looks there too. */
export const UNIT_FOLDER = 'usr/lib/systemd/system';
const UNIT = /^[A-Za-z0-9:_.\\-]+(@)?\.(service|socket|timer|path|target|mount|automount|swap|slice)$/;

/** What a unit file says about itself. @throws {PackageOptionError} its name is none of a unit. */
export function systemdUnit(fileName: string, text: string): SystemdUnit {
  const match = UNIT.exec(fileName);
  if (!match)
    throw new PackageOptionError(
      `systemd names ${JSON.stringify(fileName)}, which is no unit.`,
      'Name a file such as hello.service, hello.socket or hello.timer.',
    );
  // A template (hello@.service) has no instance to enable or start.
  const isTemplate = match[1] !== undefined;
  return { name: fileName, isEnabled: !isTemplate && /^\s*\[Install\]\s*$/m.test(text) };
}

/**
 * What maintainer scripts do for units, as debhelper's do: through deb-systemd-helper, which remembers what an administrator has
 * enabled, disabled or masked, and deb-systemd-invoke, which obeys policy-rc.d. Nothing fails where systemd does not run.
 */
export function systemdParts(units: readonly SystemdUnit[]): ScriptParts {
  if (units.length === 0) return {};
  const enabled = units.filter((unit) => unit.isEnabled).map((unit) => quote(unit.name));
  const stopped = units.filter((unit) => !unit.name.includes('@.')).map((unit) => quote(unit.name));
  const configuring = 'case "$1" in configure|abort-upgrade|abort-deconfigure|abort-remove)';
  const reload = 'systemctl --system daemon-reload >/dev/null || true';
  return {
    postinst: lines(
      configuring,
      ...enabled.flatMap((unit) => [
        `  deb-systemd-helper unmask ${unit} >/dev/null || true`,
        `  if deb-systemd-helper --quiet was-enabled ${unit}; then`,
        `    deb-systemd-helper enable ${unit} >/dev/null || true`,
        '  else',
        `    deb-systemd-helper update-state ${unit} >/dev/null || true`,
        '  fi',
      ]),
      '  if [ -z "${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then',
      `    ${reload}`,
      ...(enabled.length === 0
        ? []
        : [
            '    if [ -n "${2:-}" ]; then slipway_action=restart; else slipway_action=start; fi',
            `    deb-systemd-invoke $slipway_action ${enabled.join(' ')} >/dev/null || true`,
          ]),
      '  fi;;',
      'esac',
    ),
    ...(stopped.length === 0
      ? {}
      : {
          prerm: lines(
            'if [ "$1" = remove ] && [ -z "${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then',
            `  deb-systemd-invoke stop ${stopped.join(' ')} >/dev/null || true`,
            'fi',
          ),
        }),
    postrm: lines(
      'if [ "$1" = remove ] && [ -z "${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then',
      `  ${reload}`,
      'fi',
      ...(enabled.length === 0
        ? []
        : [
            'if [ "$1" = purge ] && [ -x /usr/bin/deb-systemd-helper ]; then',
            `  deb-systemd-helper purge ${enabled.join(' ')} >/dev/null || true`,
            'fi',
          ]),
    ),
  };
}

const lines = (...parts: readonly string[]): string => `${parts.join('\n')}\n`;

/** Unit names hold no quotes, see UNIT; a backslash (systemd-escape) stays what it is. */
const quote = (name: string): string => `'${name}'`;
