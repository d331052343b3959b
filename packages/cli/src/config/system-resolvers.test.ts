import { expect, it } from 'vitest';
import { systemResolvers } from './system-resolvers.ts';

const hosts = (text: string) => systemResolvers(() => text).map(({ host, port }) => `${host} ${port}`);

it('the nameserver lines of resolv.conf, three at most', () => {
  expect(
    hosts('# nameserver 192.0.2.9\nsearch example.\nnameserver 192.0.2.1\n  nameserver\t2001:db8::1 # here\n'),
  ).toEqual(['192.0.2.1 53', '2001:db8::1 53']);
  expect(hosts('nameserver 192.0.2.1\n'.repeat(4))).toHaveLength(3);
  expect(hosts('nameserver not.an.address\nnameserver 999.0.0.1\n')).toEqual([]);
});

it('a machine without the file has none', () => {
  const missing = () => {
    throw new Error('ENOENT');
  };
  expect(systemResolvers(missing)).toEqual([]);
});
