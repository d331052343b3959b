import { freePort, ZonewireNode } from '@zonewire/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPage, overflow, startChromium, type Watched } from './chromium.ts';

const ZONE = 'example.test.';
const text = (serial: number) => `$TTL 60
@ SOA ns hostmaster ${serial} 300 60 86400 60
@ NS ns
ns A 192.0.2.1
`;
const TOKEN = 'a-token-of-fra1';
const PLACES = {
  fra1: { label: 'Frankfurt', latitude: 50.11, longitude: 8.68 },
  sin1: { label: 'Singapore', latitude: 1.35, longitude: 103.82 },
};

describe('the console of a primary with two secondaries, in Chromium', () => {
  let browser: Browser;
  let primary: ZonewireNode;
  const secondaries: ZonewireNode[] = [];
  let watched: Watched;

  beforeAll(async () => {
    const port = await freePort();
    const from = { host: '127.0.0.1', port };
    const zones = [{ name: ZONE, primaries: [from] }];
    const [started, fra1, sin1] = await Promise.all([
      startChromium(),
      ZonewireNode.start({ identity: 'fra1', zones, control: { token: TOKEN } }),
      ZonewireNode.start({ identity: 'sin1', zones }),
    ]);
    browser = started;
    secondaries.push(fra1, sin1);
    const remote = (id: 'fra1' | 'sin1', node: ZonewireNode) => ({
      id,
      address: [`127.0.0.1:${node.port}`],
      place: PLACES[id],
    });
    primary = await ZonewireNode.start({
      port,
      identity: 'ams',
      zones: [{ name: ZONE, text: text(7), settings: { notify: ['fra1', 'sin1'] } }],
      server: { place: { label: 'Amsterdam', latitude: 52.37, longitude: 4.9 } },
      namedRemotes: [remote('fra1', fra1), remote('sin1', sin1)],
    });
    await Promise.all(secondaries.map((node) => node.untilSerial(ZONE, 7)));
    watched = await openPage(browser, primary.controlUrl);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([primary, ...secondaries].map((node) => node?.remove()));
  });

  it('shows where the secondaries stand and that they are in sync', async () => {
    const { page } = watched;
    await page.goto(primary.controlUrl);
    const map = page.getByRole('figure', { name: 'World map of the secondaries' });
    await map.getByRole('link', { name: /^fra1, Frankfurt: in sync/ }).waitFor();
    await map.getByRole('link', { name: /^sin1, Singapore: in sync/ }).waitFor();
    await page.getByRole('heading', { name: 'ams' }).waitFor();
  });

  it('asks for the token where one is configured, and keeps it in the tab only', async () => {
    const { controlUrl } = secondaries[0];
    const { page, complaints } = await openPage(browser, controlUrl);
    await page.goto(controlUrl);
    const field = page.getByLabel('Token of this node');
    await field.fill('not-the-token');
    await field.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'not the token' }).waitFor();
    await field.fill(TOKEN);
    await field.press('Enter');
    await page.getByText('tells no secondaries').waitFor();
    await page.reload();
    await page.getByText('tells no secondaries').waitFor();
    expect(await page.evaluate('JSON.stringify([localStorage.length, document.cookie, sessionStorage.length])')).toBe(
      '[0,"",1]',
    );
    // Chromium itself notes every answer that is not 2xx.
    expect(complaints.filter((text) => !/status of 401/.test(text))).toEqual([]);
    await page.context().close();
  });

  it('shows a change when the secondaries answer with it, without loading again', async () => {
    const { page } = watched;
    await page.getByRole('link', { name: 'Zones', exact: true }).click();
    await page.getByRole('link', { name: ZONE }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /live|polling/ })
      .waitFor();
    await primary.rewrite(ZONE, text(8));
    const row = page.getByRole('table').first().getByRole('row');
    await row.filter({ hasText: /^fra1.*in sync.*8/ }).waitFor();
    await row.filter({ hasText: /^sin1.*in sync.*8/ }).waitFor();
    await page.locator('.timeline .serial-number', { hasText: '8' }).waitFor();
    await page
      .locator('.timeline td.number', { hasText: /\d m?s/ })
      .nth(1)
      .waitFor();
  });

  it('says what came of comparing the copies', async () => {
    const { page } = watched;
    await primary.api(`/api/v1/zones/${ZONE}/compare`, { method: 'POST' });
    await page.reload();
    const row = page.getByRole('table').first().getByRole('row').filter({ hasText: /^fra1/ });
    await row.filter({ hasText: /Its copy has our content \(compared .* ago\)/ }).waitFor();
  });

  it('names a secondary that is stopped, with the reason', async () => {
    const { page } = watched;
    await secondaries[1].process.stop();
    await primary.rewrite(ZONE, text(9));
    const row = page
      .getByRole('table')
      .first()
      .getByRole('row')
      .filter({ hasText: /^sin1.*unreachable/ });
    await row.waitFor();
    expect(await row.textContent()).toMatch(/answer|refused|reach/i);
    await page.goBack();
    await page.goBack();
    await page
      .getByRole('figure')
      .getByRole('link', { name: /^sin1, Singapore: unreachable/ })
      .waitFor();
  });

  it('can be worked by keyboard alone', async () => {
    const { page } = watched;
    await page.goto(primary.controlUrl);
    await page.getByRole('heading', { name: 'ams' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    const reached = async (name: string) => {
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate('document.activeElement.textContent')) === name) return;
      }
      throw new Error(`Tab does not reach ${name}`);
    };
    await reached('1 in sync');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Zones' }).waitFor();
    await reached(ZONE);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: ZONE }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('fits 400 px on every page', async () => {
    const { page } = watched;
    await page.setViewportSize({ width: 400, height: 800 });
    for (const hash of ['#/', '#/zones', `#/zone/${ZONE}`, '#/activity']) {
      await page.goto(`${primary.controlUrl}/${hash}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await overflow(page), hash).toBe(0);
    }
  });

  it('asks nobody but the node, and has nothing to complain of', () => {
    expect(watched.strangers).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});
