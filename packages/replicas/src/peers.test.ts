import { expect, it } from 'vitest';
import { ASKERS_PER_ZONE, Peers } from './peers.ts';

const ZONE = 'example.test.';

it('strangers leave nothing behind: neither connections, nor signatures, nor requests for zones that nobody is notified of', () => {
  const peers = new Peers(() => {});
  peers.expectZone(ZONE);
  for (let i = 0; i < 1_000; i++) {
    const peer = `198.51.100.${i}`;
    peers.connected(peer, i);
    peers.tsigRefused(peer, 17, i);
    peers.transferAsked({ zone: ZONE, peer, at: i, refused: 'acl' });
    peers.transferAsked({ zone: `z${i}.test.`, peer, at: i });
    expect(peers.facts(peer)).toBeUndefined();
  }
  expect(peers.asks(ZONE).map(({ peer }) => peer)).toEqual(
    Array.from({ length: ASKERS_PER_ZONE }, (_, i) => `198.51.100.${1_000 - ASKERS_PER_ZONE + i}`),
  );
  expect(peers.asks('z999.test.')).toEqual([]);
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
