import type { ConfigSource } from '../../ports/config-source.ts';
import { readConfig } from './read-config.ts';

/** Finds, reads and checks the config. What is wrong with it is in `findings`; only a broken disk throws. */
export const loadConfig: ConfigSource['load'] = async (request) => {
  const { path, files, checked, findings } = await readConfig(request);
  return {
    config: checked?.config,
    digest: checked?.digest,
    findings,
    files,
    path,
    explain: (key) => checked?.explain(key) ?? [],
  };
};
