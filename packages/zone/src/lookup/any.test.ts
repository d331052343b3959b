import { describe, expect, it } from 'vitest';
import { ask, zone } from '../fixtures/zone-text.ts';

describe('QTYPE ANY (RFC 8482 4.1)', () => {
  const version = zone(`
    www   TXT   "a rather long text that would make the answer large"
    www   AAAA  2001:db8::1
    www   A     192.0.2.1
    www   RRSIG A 8 2 300 20300101000000 20200101000000 1 example. AAAA
    www   RRSIG TXT 8 2 300 20300101000000 20200101000000 1 example. AAAA
    tie   TXT   abc
    tie   A     192.0.2.1
    proof NSEC  z NSEC
  `);

  it('gives the shortest RRset alone', () => {
    expect(ask(version, 'www.example. ANY').answer).toEqual(['www.example. 300 IN A 192.0.2.1']);
  });

  it('with DO its RRSIG too', () => {
    expect(ask(version, 'www.example. ANY DO').answer).toHaveLength(2);
  });

  it('of equally short ones the lowest type', () => {
    expect(ask(version, 'tie.example. ANY').answer).toEqual(['tie.example. 300 IN A 192.0.2.1']);
  });

  it('prefers data to proofs, but gives what there is', () => {
    expect(ask(version, 'proof.example. ANY').answer).toEqual(['proof.example. 300 IN NSEC z.example. NSEC']);
  });

  it('of a name that does not exist is NXDOMAIN', () => {
    expect(ask(version, 'x.example. ANY').rcode).toBe('NXDOMAIN');
  });
});
