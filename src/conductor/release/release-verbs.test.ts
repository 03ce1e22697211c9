import { afterEach, expect, test } from 'vitest';
import type { HouseConfig } from '../../../test/support/release/house-config.ts';
import { ReleaseHouse } from '../../../test/support/release/release-house.ts';
import { released, verbsOf } from '../../../test/support/release/verbs.ts';

const houses: ReleaseHouse[] = [];
async function house(config?: HouseConfig): Promise<ReleaseHouse> {
  const opened = await ReleaseHouse.open(config);
  houses.push(opened);
  return opened;
}
afterEach(() => {
  for (const one of houses.splice(0)) one.close();
});

test('a release goes from a plan to what users see, and its line is free', async () => {
  const place = await house();
  const id = await released(place);
  const { world } = place.process();
  const state = await verbsOf(place, world).state(id);
  expect(state).toMatchObject({ phase: 'settled', skewMs: 0 });
  const seen = await place.origin().current('stable');
  expect(seen?.number).toBe(state.promotion?.after.number);
  await expect(released(place)).resolves.toBe('main-1.2');
});
