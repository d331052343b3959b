import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeServer } from '../../packages/console/src/fixtures/fake-server.ts';
import { openPage, overflow, startChromium, type Watched } from './chromium.ts';

const ZONES = 10_000;

describe('the console of a node with 10,000 zones and 10 secondaries, in Chromium', () => {
  let browser: Browser;
  let fake: FakeServer;
  let watched: Watched;

  beforeAll(async () => {
    [browser, fake] = await Promise.all([startChromium(), FakeServer.start(ZONES)]);
    watched = await openPage(browser, fake.url);
    // What is built and read once is not what is measured.
    await watched.page.goto(fake.url);
    await watched.page.getByText('10,000 zones').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await fake?.stop();
  });

  it('shows the table within a second, with few rows and one page of them asked for', async () => {
    const { page } = watched;
    fake.asked.length = 0;
    // Measured in the page: the way of a test's command to it and back is not the operator's.
    const open = () =>
      page.evaluate<number>(`new Promise((resolve) => {
        const began = performance.now();
        const look = () => document.querySelector('.rows .zone-name a')
          ? requestAnimationFrame(() => resolve(performance.now() - began)) : requestAnimationFrame(look);
        location.hash = '#/zones';
        look();
      })`);
    let ms = await open();
    expect(fake.asked.filter((path) => path.startsWith('/api/v1/replicas?'))).toHaveLength(1);
    // A machine that is busy with other tests may have had no time for it.
    for (let tries = 1; ms >= 1_000 && tries < 5; tries++) {
      await page.goto(`${fake.url}/#/`);
      await page.getByRole('figure').waitFor();
      ms = await open();
    }
    expect(ms).toBeLessThan(1_000);
    expect(await page.locator('.rows tbody tr').count()).toBeLessThan(80);
  });

  it('scrolls to the end by keyboard, and shows the rows that are there', async () => {
    const { page } = watched;
    await page.locator('.rows').focus();
    await page.keyboard.press('End');
    await page.getByRole('link', { name: 'zone-09999.example.' }).waitFor();
    expect(await page.locator('.rows tbody tr').count()).toBeLessThan(80);
    await page.keyboard.press('Home');
    await page.getByRole('link', { name: 'zone-00000.example.' }).waitFor();
  });

  it('searches and filters at the node, and the back button undoes it', async () => {
    const { page } = watched;
    await page.getByLabel('Health').selectOption('expiring');
    await page.getByText('15 zones').waitFor();
    await page.getByLabel('Zone', { exact: true }).fill('007');
    await page.getByText('1 zone', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'zone-00700.example.' }).click();
    await page.getByRole('heading', { name: 'zone-00700.example.' }).waitFor();
    await page.goBack();
    await page.getByText('1 zone', { exact: true }).waitFor();
    await page.getByLabel('Zone', { exact: true }).fill('no-such');
    await page.getByText('No zone matches').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByText('10,000 zones').waitFor();
  });

  it('shows events in the row that they are of', async () => {
    const { page } = watched;
    const row = page.getByRole('row').filter({ hasText: 'zone-00003.example.' });
    await row.waitFor();
    fake.send(...fake.world.change(3));
    await row.filter({ hasText: String(fake.world.zones[3].serial) }).waitFor();
    fake.send(fake.world.turn(3, 'fra1', 'diverged'));
    await row.getByRole('cell', { name: 'diverged' }).waitFor();
    await page.getByText(/zone-00003\.example\. at fra1 is now diverged/).waitFor({ state: 'attached' });
  });

  it('shows every health by shape and word, timeline, history, queue and transfers; fits 400 px', async () => {
    const { page } = watched;
    await page.setViewportSize({ width: 400, height: 800 });
    for (const hash of ['#/', '#/zones', '#/zone/zone-00000.example.', '#/activity']) {
      await page.goto(`${fake.url}/${hash}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await overflow(page), hash).toBe(0);
    }
    await page.getByRole('progressbar').waitFor();
    expect(await page.getByRole('cell', { name: /61 %/ }).count()).toBe(1);
    // What a wide screen has in a column stands below the row.
    const queue = page.getByRole('table', { name: 'NOTIFY queue' });
    expect(await queue.getByRole('row').filter({ visible: true }).count()).toBe(7);
    await queue
      .getByRole('cell', { name: /nothing comes back/ })
      .last()
      .waitFor();
    await page.goto(`${fake.url}/#/zone/zone-00000.example.`);
    await page.locator('.chart canvas').waitFor();
    await page
      .getByRole('img', { name: /notified .*, answered/ })
      .first()
      .waitFor();
  });

  it('goes on by itself when the node was away', async () => {
    const { page } = watched;
    const port = Number(new URL(fake.url).port);
    await fake.stop();
    await page.getByText('node away').waitFor();
    fake = await FakeServer.start(ZONES, port);
    await page.getByRole('status').filter({ hasText: 'live' }).waitFor();
    expect(watched.strangers).toEqual([]);
    // Chromium itself notes that it could not connect.
    expect(watched.complaints.filter((text) => !/ERR_/.test(text))).toEqual([]);
  });
});
