import { silentLog } from '@zonewire/nameserver';
import type { Primary } from '@zonewire/primary';
import type { Secondary } from '@zonewire/secondary';
import { name } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import type { ZoneConfig } from '../config/mod.ts';
import { NodeZones } from './zones.ts';

it('many zones that need not wait for the disk leave the event loop its turns while they are loaded', async () => {
  let loaded = 0;
  const primary = {
    takeOn() {},
    async load() {
      for (const until = performance.now() + 1; performance.now() < until; );
      loaded++;
    },
  };
  const zones = new NodeZones({
    primary: primary as unknown as Primary,
    secondary: {} as Secondary,
    log: silentLog,
  });
  const configs = Array.from(
    { length: 200 },
    (_, i) => ({ domain: name(`z${i}.test`), file: 'f', settings: {} }) as unknown as ZoneConfig,
  );
  zones.takeOn(configs);
  const loading = zones.load(configs);
  await new Promise((resolve) => setImmediate(resolve));
  expect(loaded).toBeLessThan(200);
  expect(await loading).toEqual([]);
  expect(loaded).toBe(200);
});
