import { CLASS, encodeMessage, name, TYPE } from '@zonewire/shared-protocol';
import { expect, it } from 'vitest';
import { ASKERS_PER_ZONE, Peers } from './peers.ts';

const ZONE = 'example.test.';
const soaQuery = (zone: string) =>
  encodeMessage({ id: 1, question: [{ name: name(zone), type: TYPE.SOA, class: CLASS.IN }] });
const SOA_QUERY = soaQuery(ZONE);

it('strangers leave nothing behind: neither connections, nor signatures, nor requests for zones that nobody is notified of', () => {
  const peers = new Peers(() => {});
  peers.expectZone(ZONE);
  for (let i = 0; i < 1_000; i++) {
    const peer = `198.51.100.${i}`;
    peers.connected(peer, i);
    peers.tsigRefused(peer, 17, i, SOA_QUERY);
    peers.transferAsked({ zone: ZONE, peer, at: i, refused: 'acl' });
    peers.transferAsked({ zone: `z${i}.test.`, peer, at: i });
    expect(peers.facts(peer)).toBeUndefined();
  }
  expect(peers.asks(ZONE).map(({ peer }) => peer)).toEqual(
    Array.from({ length: ASKERS_PER_ZONE }, (_, i) => `198.51.100.${1_000 - ASKERS_PER_ZONE + i}`),
  );
  expect(peers.asks('z999.test.')).toEqual([]);
});

it('a signature that does not verify belongs to the zone that was asked for, and to no other (RFC 8945 5.2)', () => {
  const peers = new Peers(() => {});
  peers.expect('192.0.2.1');
  for (const zone of [ZONE, 'other.test.']) peers.expectZone(zone);
  peers.tsigRefused('192.0.2.1', 16, 5, soaQuery('Example.Test.'));
  peers.tsigRefused('192.0.2.1', 17, 6, SOA_QUERY.subarray(0, 20));
  peers.tsigRefused('192.0.2.1', 17, 7, soaQuery('unknown.test.'));
  expect(peers.asks(ZONE)).toEqual([{ peer: '192.0.2.1', tsig: { at: 5, error: 16 } }]);
  expect([peers.asks('other.test.'), peers.asks('unknown.test.')]).toEqual([[], []]);
});

it('an address is remembered as long as somebody is notified at it', () => {
  const peers = new Peers(() => {});
  peers.expect('192.0.2.1');
  peers.expect('192.0.2.1');
  peers.connected('192.0.2.1', 5);
  peers.unexpect('192.0.2.1');
  expect(peers.facts('192.0.2.1')).toEqual({ connectedAt: 5 });
  peers.unexpect('192.0.2.1');
  expect(peers.facts('192.0.2.1')).toBeUndefined();
});
