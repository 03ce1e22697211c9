import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns why apt cannot be asked here; undefined when it can. */
export function aptAvailable() {
  const missing = ['apt-get', 'dpkg', 'dpkg-query'].filter((program) => spawnSync(program, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `${missing.join(', ')} not installed`;
}

/**
 * A machine of its own for apt: nothing of this computer's package state is read or written. Its source is the `.sources` file
 * that Slipway has published.
 */
export function aptClient(folder, repository) {
  const etc = `${folder}/etc/apt`;
  const config = `${folder}/apt.conf`;
  const forget = () => rmSync(folder, { recursive: true, force: true });
  const prepare = () => {
    for (const path of [
      `${etc}/apt.conf.d`,
      `${etc}/preferences.d`,
      `${etc}/sources.list.d`,
      `${etc}/trusted.gpg.d`,
      `${folder}/var/lib/apt/lists/partial`,
      `${folder}/var/cache/apt/archives/partial`,
      `${folder}/var/log/apt`,
      `${folder}/var/lib/dpkg/info`,
      `${folder}/var/lib/dpkg/updates`,
      `${folder}/var/lib/dpkg/triggers`,
    ])
      mkdirSync(path, { recursive: true });
    for (const file of ['status', 'available']) writeFileSync(`${folder}/var/lib/dpkg/${file}`, '', { flag: 'a' });
    const sources = readdirSync(repository).find((name) => name.endsWith('.sources'));
    spawnSync('cp', [`${repository}/${sources}`, `${etc}/sources.list.d/`]);
    writeFileSync(
      config,
      `Dir "${folder}"; Dir::State "${folder}/var/lib/apt"; Dir::State::status "${folder}/var/lib/dpkg/status";
Dir::Cache "${folder}/var/cache/apt"; Dir::Etc "${etc}"; Dir::Log "${folder}/var/log/apt"; Dir::Bin::dpkg "/usr/bin/dpkg";
APT::Architecture "amd64"; APT::Sandbox::User "root"; APT::Get::Assume-Yes "true"; APT::Install-Recommends "false";
APT::Update::Error-Mode "any"; Acquire::Languages "none"; Acquire::http::Proxy "DIRECT"; quiet "2";
DPkg::Options { "--root=${folder}"; "--log=${folder}/var/log/dpkg.log"; "--force-not-root"; "--force-architecture"; }; DPkg::Use-Pty "false";
`,
    );
  };
  const env = { ...process.env, APT_CONFIG: config, LC_ALL: 'C', HOME: folder, DEBIAN_FRONTEND: 'noninteractive' };
  return {
    forget,
    /** Updates the lists and installs or upgrades. @returns the version that is installed now. */
    install: async (name) => {
      prepare();
      await run('apt-get', ['update'], { env });
      await run('apt-get', ['install', name], { env });
      const { stdout } = await run('dpkg-query', ['--admindir', `${folder}/var/lib/dpkg`, '-W', '-f=${Version}', name]);
      return stdout;
    },
  };
}
