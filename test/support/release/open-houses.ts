import { afterEach } from 'vitest';
import type { HouseConfig } from './house-config.ts';
import { type Peers, ReleaseHouse } from './release-house.ts';
import { verbsOf } from './verbs.ts';

const houses: ReleaseHouse[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.close();
});

/** A house that goes away with the test. */
export async function openHouse(config?: HouseConfig, id?: string): Promise<ReleaseHouse> {
  const house = await ReleaseHouse.open(config, id);
  houses.push(house);
  return house;
}

/** The verbs of somebody at a terminal of their own. */
export const person = (house: ReleaseHouse, login = 'alice', peers: Peers = {}) =>
  verbsOf(house, house.process(peers).world, login);

/** What users see, as `file sha256`, and what latest names. */
export async function seen(
  house: ReleaseHouse,
): Promise<{ number: number; files: readonly string[]; latest: string | undefined }> {
  const origin = house.origin();
  const pointer = await origin.current('stable');
  const current = pointer && (await origin.generation('stable', pointer.number));
  const repositories = Object.values(current?.repositories ?? {});
  return {
    number: pointer?.number ?? 0,
    files: repositories.flatMap(({ packages }) => packages.map(({ fileName }) => fileName)).sort(),
    latest: current?.repositories['files']?.latest,
  };
}

/** Types of a stream's entries, in order. */
export const typesOf = async (house: ReleaseHouse, stream: string) =>
  (await house.journal.read(stream)).map(({ type }) => type);

/** A release whose candidate clients have proved. @returns its id. */
export async function proved(house: ReleaseHouse, line = 'main', version?: string): Promise<string> {
  const { plan } = await person(house).plan(line, version === undefined ? {} : { version });
  await person(house).verify(plan.release);
  return plan.release;
}
