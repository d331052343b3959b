import { nameToText } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import { loadConfig } from './load.ts';

function load(section: string, zone = '') {
  const text = `server: { listen: ["127.0.0.1:53"], data-dir: d }\n${section}\nzones: [{ domain: example.test., file: f${zone} }]\n`;
  return loadConfig('node.yaml', { readText: () => text, mode: () => 0o600 });
}

function problems(section: string): string[] {
  const loaded = load(section);
  return loaded.ok ? [] : loaded.problems.map(({ line, message }) => `${line}: ${message}`);
}

it('resolvers and parents, with their defaults', () => {
  const loaded = load('delegation: { resolver: ["192.0.2.53"], parents: [{ zone: test., address: ["2001:db8::1"] }] }');
  if (!loaded.ok) throw new Error(loaded.problems[0].message);
  const { delegation, zones } = loaded.config;
  expect(delegation?.resolvers).toEqual([{ host: '192.0.2.53', port: 53 }]);
  expect(delegation?.parents.map(({ zone, addresses }) => [nameToText(zone), addresses])).toEqual([
    ['test.', [{ host: '2001:db8::1', port: 53 }]],
  ]);
  expect([delegation?.checkInterval, delegation?.port, zones[0].delegationCheck]).toEqual([3600, 53, undefined]);
});

it('without the section nothing is checked', () => {
  const loaded = load('', ', delegation-check: false');
  expect(loaded.ok && [loaded.config.delegation, loaded.config.zones[0].delegationCheck]).toEqual([undefined, false]);
});

it('what is wrong is told with its line', () => {
  expect(problems('delegation: { check-interval: 1h }')).toEqual([
    expect.stringContaining('2: delegation needs somebody to ask'),
  ]);
  expect(problems('delegation: { resolver: ["ns.example."] }')[0]).toContain(
    '2: resolver: "ns.example." is not an address',
  );
  expect(problems('delegation: { parents: [{ zone: a..b, address: ["192.0.2.1"] }] }')[0]).toContain('empty label');
});
