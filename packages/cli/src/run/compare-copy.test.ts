import { type DnsExchange, type RemoteAddress, RunningTransfers, type TransferOpenOptions } from '@zonewire/nameserver';
import {
  decodeMessage,
  encodeMessage,
  fail,
  name,
  ok,
  parseRecords,
  type ResourceRecord,
  TYPE,
  unwrap,
} from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { ZoneBuilder, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, it } from 'vitest';
import { COPY, compareCopy } from './compare-copy.ts';

const APEX = name('a.test.');
const records = (serial: number, lines: string) =>
  parseRecords(`$TTL 60\n@ SOA n h ${serial} 1 1 1 1\n@ NS n\nn A 192.0.2.1\n${lines}\n`, APEX);

function version(serial: number, lines: string): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  for (const record of records(serial, lines)) builder.addRecord(record);
  return unwrap(builder.finish());
}

type Answer = readonly ResourceRecord[] | { readonly rcode: number } | { readonly error: string };

/** A network in which each host answers AXFR with this. */
function network(answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = [];
  const state = { during: () => {} };
  const openTransfer = async (request: Uint8Array, to: RemoteAddress, options: TransferOpenOptions) => {
    const { id, question } = unwrap(decodeMessage(request));
    asked.push(`${to.host} ${question[0].type === TYPE.AXFR ? 'AXFR' : question[0].type}`);
    state.during();
    const answer = answers[to.host];
    if ('error' in answer) return fail(answer.error, `${answer.error} at ${to.host}`);
    const head = { id, question, qr: true, aa: true };
    if ('rcode' in answer) options.onMessage(encodeMessage({ ...head, rcode: answer.rcode }));
    else options.onMessage(encodeMessage({ ...head, answer: [...answer, answer[0]] }));
    return ok({ bytes: 1, messages: 1, ms: 1 });
  };
  const client = { openTransfer, exchange: async () => fail('timeout', 'nobody') } as DnsExchange;
  return { client, asked, state };
}

function setup(
  answers: Readonly<Record<string, Answer>>,
  served: ZoneVersion | undefined = version(1, 'w A 192.0.2.7'),
) {
  const clock = new FakeClock();
  const net = network(answers);
  const state: { served: ZoneVersion | undefined } = { served };
  const ports = {
    client: net.client,
    running: new RunningTransfers(clock),
    served: () => state.served,
    messageId: () => 4711,
    digests: new WeakMap<ZoneVersion, string>(),
    slices: { clock, elapsed: () => clock.elapsed },
  };
  const addresses = Object.keys(answers).map((host) => ({ host, port: 53 }));
  const abort = new AbortController();
  const compare = () => compareCopy({ id: 'sin1', addresses }, ports, abort.signal);
  return { ...net, ports, served: state, compare, abort };
}

describe('comparing the copy of a secondary', () => {
  it('the same records in another order and case: the same (RFC 4034 6)', async () => {
    const { compare, ports, served } = setup({ '192.0.2.1': records(1, 'W A 192.0.2.7') });
    expect(await compare()).toEqual({ result: 'same', serial: 1, reason: 'all 4 records are the same' });
    expect(ports.digests.get(served.served!)).toBe(served.served!.digest());
    expect(ports.running.list()).toEqual([]);
  });

  it('other records: what differs, three at most', async () => {
    const few = setup({ '192.0.2.1': records(1, 'w A 192.0.2.8') });
    expect(await few.compare()).toMatchObject({
      result: 'different',
      serial: 1,
      reason: expect.stringMatching(
        /^w\.a\.test\. A is another there \(digest [0-9a-f]{16}…, ours is [0-9a-f]{16}…\)$/,
      ),
    });
    const many = setup({ '192.0.2.1': records(1, 'a A 192.0.2.8\nb A 192.0.2.8\nc A 192.0.2.8\nd A 192.0.2.8') });
    expect((await many.compare()).reason).toMatch(
      /^a\.a\.test\. A is only there, b\.a\.test\. A is only there, c\.a\.test\. A is only there, and more/,
    );
    const lacking = setup({ '192.0.2.1': records(1, '') });
    expect((await lacking.compare()).reason).toMatch(/^w\.a\.test\. A is missing there/);
  });

  it('a serial that is not served here is not judged; one that came to be served meanwhile is', async () => {
    const { compare, state, served } = setup({ '192.0.2.1': records(2, 'w A 192.0.2.7') });
    expect(await compare()).toMatchObject({ result: 'moved', serial: 2 });
    state.during = () => {
      served.served = version(2, 'w A 192.0.2.7');
    };
    expect(await compare()).toMatchObject({ result: 'same', serial: 2 });
    state.during = () => {
      served.served = version(3, 'w A 192.0.2.7');
    };
    expect(await compare()).toMatchObject({ result: 'same', serial: 2 });
    expect(await compare()).toMatchObject({ result: 'moved', serial: 2 });
  });

  it.each([
    [5, 'REFUSED'],
    [9, 'NOTAUTH'],
  ])('RCODE %i is a refusal, no failure (RFC 5936 2.2.1)', async (rcode, word) => {
    const { compare } = setup({ '192.0.2.1': { rcode } });
    expect(await compare()).toMatchObject({ result: 'refused', reason: expect.stringContaining(word) });
  });

  it('another RCODE, no connection: a failure with its words; another address of it is tried', async () => {
    expect(await setup({ '192.0.2.1': { rcode: 2 } }).compare()).toMatchObject({
      result: 'failed',
      reason: expect.stringContaining('SERVFAIL'),
    });
    const down = { error: 'connection-refused' };
    expect(await setup({ '192.0.2.1': down }).compare()).toMatchObject({
      result: 'failed',
      reason: expect.stringContaining('connection-refused at 192.0.2.1'),
    });
    const { compare, asked } = setup({ '192.0.2.1': down, '192.0.2.2': records(1, 'w A 192.0.2.7') });
    expect(await compare()).toMatchObject({ result: 'same' });
    expect(asked).toEqual(['192.0.2.1 AXFR', '192.0.2.2 AXFR']);
  });

  it('a copy that is far larger than the zone is given up: memory is bounded', async () => {
    const text = `"${'x'.repeat(250)}"`;
    const lines = Array.from({ length: 200 }, (_, i) => `h${i} TXT ${text}`).join('\n');
    const served = version(1, 'w A 192.0.2.7');
    const { compare } = setup({ '192.0.2.1': records(1, lines) }, served);
    expect(await compare()).toMatchObject({ result: 'different' });
    const factor = COPY.sizeMore;
    Object.assign(COPY, { sizeMore: 0 });
    try {
      expect(await compare()).toMatchObject({ result: 'failed', reason: expect.stringContaining('octets') });
    } finally {
      Object.assign(COPY, { sizeMore: factor });
    }
  });

  it('it is asked with the key of the remote (RFC 8945)', async () => {
    const { ports, client } = setup({ '192.0.2.1': records(1, 'w A 192.0.2.7') });
    const key = { name: name('xfr.test.'), algorithm: 'hmac-sha256', secret: new Uint8Array(32) } as const;
    const keys: unknown[] = [];
    const openTransfer: DnsExchange['openTransfer'] = (request, to, options) => {
      keys.push(options.key);
      return client.openTransfer(request, to, options);
    };
    const remote = { id: 'sin1', addresses: [{ host: '192.0.2.1', port: 53 }], key };
    const signal = new AbortController().signal;
    const outcome = await compareCopy(remote, { ...ports, client: { ...client, openTransfer } }, signal);
    expect([outcome.result, keys]).toEqual(['same', [key]]);
  });

  it('a zone that is not served here is not transferred', async () => {
    const { compare, asked, served } = setup({ '192.0.2.1': records(1, '') });
    served.served = undefined;
    expect([await compare(), asked]).toMatchObject([{ result: 'failed' }, []]);
  });
});
