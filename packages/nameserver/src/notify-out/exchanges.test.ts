import { type Edns, type Message, name, nsidOption, ok, TYPE, writeSoa } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import type { DnsExchange } from '../client/dns-client.ts';
import { edns, withOptions } from '../fixtures/queries.ts';
import { probeSerial } from './exchanges.ts';

const APEX = name('example.test.');
const asked: Edns[] = [];

/** A server that answers with this SOA serial and these options. */
function answering(serial: number, options: Edns | undefined): Pick<DnsExchange, 'exchange'> {
  const soa = { mname: APEX, rname: APEX, serial, refresh: 1, retry: 1, expire: 1, minimum: 1 };
  const answer = [{ name: APEX, type: TYPE.SOA, class: 1, ttl: 60, rdata: writeSoa(soa) }];
  return {
    async exchange(request) {
      if (!(request instanceof Uint8Array) && request.edns) asked.push(request.edns);
      const message = { aa: true, rcode: 0, answer, edns: options } as unknown as Message;
      return ok({ message, bytes: new Uint8Array(0), ms: 1, transport: 'udp' as const });
    },
  };
}

const to = {
  remote: { id: 'fra1', addresses: [{ host: '127.0.0.1', port: 53 }] },
  address: { host: '127.0.0.1', port: 53 },
  timeout: 1_000,
  signal: new AbortController().signal,
};
const option = (code: number, ...octets: number[]) => ({ code, data: Uint8Array.from(octets) });
const probe = (serial: number, options?: Edns) => probeSerial(answering(serial, options), { apex: APEX }, to);

describe('what a probe asks and hears', () => {
  it('asks for NSID, ZONEVERSION and EXPIRE, each with nothing in it (RFC 5001 2.1, RFC 9660 3.1, RFC 7314 3)', async () => {
    await probe(7, edns());
    expect(asked.at(-1)?.options.map(({ code, data }) => [code, data.length])).toEqual([
      [3, 0],
      [19, 0],
      [9, 0],
    ]);
  });

  it('tells which node answered, from which version, and how long it may go on', async () => {
    const options = withOptions(nsidOption('fra1-b'), option(19, 2, 0, 0, 0, 0, 7), option(9, 0, 0, 1, 0));
    expect(await probe(7, options)).toEqual({
      kind: 'probe-answered',
      serial: 7,
      node: 'fra1-b',
      zoneVersion: 7,
      expireIn: 256,
    });
  });

  it('a server without any of them is answered for by its SOA alone', async () => {
    expect(await probe(7)).toEqual({ kind: 'probe-answered', serial: 7 });
    expect(await probe(7, edns())).toEqual({ kind: 'probe-answered', serial: 7 });
  });

  it('hostile options: a node is printable and short, a version of another zone or shape counts for nothing', async () => {
    const hostile = withOptions(
      option(3, ...new Array(60_000).fill(0x1b)),
      option(19, 1, 0, 0, 0, 0, 9),
      option(19, 2, 0, 9),
      option(9, 1),
    );
    const event = await probe(7, hostile);
    expect(event).toEqual({ kind: 'probe-answered', serial: 7, node: `0x${'1b'.repeat(64)}…` });
  });
});
