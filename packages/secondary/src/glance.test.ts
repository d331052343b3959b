import { name } from '@zonewire/shared-protocol';
import { expect, test } from 'vitest';
import { ADDRESSES, DAY, Site } from './fixtures/site.ts';

/** What a glance has to be, by the long way. */
function inShort({ status, entry }: Site) {
  const { zone, role, state, served, expireAt, lastError } = status;
  const { expire } = entry.version?.soa ?? {};
  return { zone, role, state, serial: served?.serial, expireAt, expire, hasFailed: lastError !== undefined };
}

test('a glance says what the status says, in every state', async () => {
  const site = await Site.start();
  site.network.faults(ADDRESSES[0], { down: true });
  const seen: string[] = [];
  const look = () => {
    expect([...site.secondary.glances()]).toEqual([inShort(site)]);
    expect(site.secondary.glance(site.config.domain)).toEqual(inShort(site));
    seen.push(`${site.status.state} ${site.status.lastError !== undefined}`);
  };
  look();
  await site.clock.advance(60_000);
  look();
  site.network.faults(ADDRESSES[0], { down: false });
  await site.clock.advance(DAY / 24);
  look();
  site.network.faults(ADDRESSES[0], { down: true });
  await site.clock.advance(2 * DAY);
  look();
  expect(seen).toEqual(['loading false', 'loading true', 'serving false', 'expired true']);
  await site.secondary.stop();
});

test('a zone that is not read from disk yet', async () => {
  const site = await Site.start();
  const domain = name('waiting.test.');
  site.secondary.takeOn({ ...site.config, domain });
  expect(site.secondary.glance(domain)).toMatchObject({ zone: 'waiting.test.', state: 'loading', hasFailed: false });
  expect(site.secondary.status(domain)).toEqual({ zone: 'waiting.test.', role: 'secondary', state: 'loading' });
  expect([...site.secondary.glances()].map(({ zone }) => zone)).toContain('waiting.test.');
  await site.secondary.stop();
});
