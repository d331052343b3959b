import { name, nameToText } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import type { NodeConfig, ZoneConfig } from '../config/mod.ts';
import { planReload } from './reload-plan.ts';

function zone(domain: string, more: Partial<ZoneConfig> = {}): ZoneConfig {
  return { domain: name(domain), file: `/z/${domain}`, primaries: [], notify: [], acl: [], settings: {}, ...more };
}

function config(zones: ZoneConfig[], server: Partial<NodeConfig['server']> = {}): NodeConfig {
  return {
    file: '/zw.yaml',
    server: {
      identity: 'a',
      version: false,
      listen: [{ host: '127.0.0.1', port: 53 }],
      dataDir: '/d',
      udp: 'auto',
      workers: 1,
      warmUp: false,
      ...server,
    },
    control: { listen: { host: '127.0.0.1', port: 8053 }, token: undefined },
    redis: undefined,
    limits: {},
    replicas: {},
    comparing: {},
    keys: [],
    zones,
    webhooks: [],
    places: new Map(),
    followed: [],
  };
}

const names = (zones: readonly ZoneConfig[]) => zones.map(({ domain }) => nameToText(domain));
const hub = { id: 'hub', addresses: [{ host: '127.0.0.1', port: 53 }] };

it('finds what came, went, changed its settings or its role', () => {
  const from = config([zone('same.'), zone('gone.'), zone('settings.'), zone('role.')]);
  const to = config([
    zone('SAME.', { domain: name('same.'), file: '/z/same.' }),
    zone('settings.', { notify: [hub] }),
    zone('role.', { file: undefined, primaries: [hub] }),
    zone('new.'),
  ]);
  const plan = planReload(from, to);
  expect({
    same: names(plan.same),
    remove: names(plan.remove),
    add: names(plan.add),
    update: names(plan.update),
    needRestart: plan.needRestart,
  }).toEqual({
    same: ['same.'],
    remove: ['gone.', 'role.'],
    add: ['role.', 'new.'],
    update: ['settings.'],
    needRestart: [],
  });
});

it('sees a key whose secret changed, in a remote and nowhere else', () => {
  const withSecret = (octet: number) =>
    zone('a.', {
      notify: [{ ...hub, key: { name: name('k.'), algorithm: 'hmac-sha256', secret: new Uint8Array([octet]) } }],
    });
  expect(names(planReload(config([withSecret(1)]), config([withSecret(2)])).update)).toEqual(['a.']);
  expect(names(planReload(config([withSecret(1)]), config([withSecret(1)])).same)).toEqual(['a.']);
});

it('names what needs a restart, and nothing for a new token', () => {
  const to = config([], { listen: [{ host: '127.0.0.1', port: 54 }], identity: 'b' });
  expect(planReload(config([]), to).needRestart).toEqual(['server.identity', 'server.listen']);
  const token: NodeConfig = { ...config([]), control: { listen: { host: '127.0.0.1', port: 8053 }, token: 'new' } };
  expect(planReload(config([]), token).needRestart).toEqual([]);
});
