import { expect, test } from 'vitest';
import { ADDRESSES, DAY, HOUR, MINUTE, Site } from './fixtures/site.ts';

test('a simulated month: refresh, change, retry, expiry, recovery with the same serial, and with a newer one', async () => {
  const began = process.threadCpuUsage();
  const site = await Site.start();
  const { clock, network, primary } = site;
  expect(site.status.state).toBe('loading');
  await clock.advance(1000);
  expect(site.servedSerial).toBe(1);
  expect(site.lastType).toBe('axfr');

  // Week 1: a change a day, noticed by the refresh timer alone.
  for (let day = 0; day < 7; day++) {
    primary.change((hosts) => hosts.set(`day${day}`, day));
    await clock.advance(HOUR);
    expect(site.servedSerial).toBe(primary.serial);
    expect(site.lastType).toBe('ixfr');
    await clock.advance(23 * HOUR);
  }
  const checks = primary.asked.filter((asked) => asked === 'SOA').length;
  expect(checks).toBeGreaterThanOrEqual(7 * 24);
  expect(checks).toBeLessThanOrEqual(7 * 27);

  // Week 2: the primary is away for half a day: retries, served all the time.
  network.faults(ADDRESSES[0], { down: true });
  const before = network.sent.length;
  await clock.advance(12 * HOUR);
  expect(site.servedSerial).toBe(primary.serial);
  const attempts = (network.sent.length - before) / 3;
  expect(attempts).toBeGreaterThan(60);
  expect(attempts).toBeLessThan(100);
  expect(site.status.lastError?.message).toContain('SOA query to p1 (192.0.2.1:53) failed');
  // Away for longer than SOA EXPIRE: not served a millisecond longer.
  const expireAt = site.status.expireAt!;
  await clock.advance(expireAt - clock.now() - 1);
  expect(site.servedSerial).toBe(primary.serial);
  await clock.advance(1);
  expect(site.servedSerial).toBeUndefined();
  expect(site.entry.state).toBe('expired');
  expect(site.status.state).toBe('expired');
  await clock.advance(DAY);
  expect(site.servedSerial).toBeUndefined();

  // Week 3: back with the same serial: revived at once by an SOA check, without a transfer.
  const transfers = network.sent.filter((sent) => sent.startsWith('transfer')).length;
  network.faults(ADDRESSES[0]);
  await clock.advance(2 * MINUTE);
  expect(site.servedSerial).toBe(primary.serial);
  expect(site.status.state).toBe('serving');
  expect(network.sent.filter((sent) => sent.startsWith('transfer'))).toHaveLength(transfers);
  await clock.advance(13 * DAY);

  // Week 4: expired again, and back with a newer serial.
  network.faults(ADDRESSES[0], { down: true });
  await clock.advance(2 * DAY);
  expect(site.servedSerial).toBeUndefined();
  primary.change((hosts) => hosts.delete('day3'));
  network.faults(ADDRESSES[0]);
  await clock.advance(2 * MINUTE);
  expect(site.servedSerial).toBe(primary.serial);
  expect(site.lastType).toBe('ixfr');
  await clock.advance(6 * DAY);
  expect(site.hosts).toEqual(['day0', 'day1', 'day2', 'day4', 'day5', 'day6', 'www']);
  expect(site.events.filter(({ kind }) => kind === 'expired')).toHaveLength(2);
  expect(site.events.filter(({ kind }) => kind === 'revived').length).toBeGreaterThanOrEqual(1);
  await site.secondary.stop();
  // CPU time, as the machine may be busy with other tests, and of this thread: the process has the compiler's and vitest's own too.
  const { user, system } = process.threadCpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(1000);
});
