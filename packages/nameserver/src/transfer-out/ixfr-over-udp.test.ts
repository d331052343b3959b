import { decodeMessage, name, RCODE, recordToText, tsigLength, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { ZoneBuilder, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { APEX, history, key, receive, request, soa, transferOut, udp } from '../fixtures/transfers.ts';
import { zoneVersion } from '../fixtures/zones.ts';
import type { TransferAnswer } from '../zone-handler.ts';

describe('IXFR over UDP', () => {
  const edns = (udpSize: number) => ({ edns: { udpSize, version: 0, dnssecOk: false, extendedRcode: 0, options: [] } });
  const single = (answer: TransferAnswer) => {
    if (!('single' in answer)) throw new Error(JSON.stringify(answer));
    return answer.single;
  };

  test('RFC 1995 2: what fits is answered in one packet', () => {
    const { versions, source } = history(500, [{ add: [900], remove: [4] }]);
    const message = single(transferOut().answer(request('ixfr', 1), udp, source()));
    expect(message.length).toBeLessThanOrEqual(512);
    const received = receive([message], 'ixfr', versions[0], true);
    expect(received.version.digest()).toBe(versions[1].digest());
  });

  test.each([
    [512, {}],
    [512, edns(100)],
    [1232, edns(1232)],
    [1232, edns(65_535)],
  ])('RFC 1995 2: what does not fit into %i octets is answered with the SOA alone', (size, more) => {
    const added = Array.from({ length: 80 }, (_, i) => i + 1_000);
    const { versions, source } = history(500, [{ add: added }]);
    const out = transferOut();
    const message = single(out.answer(request('ixfr', 1, more), udp, source()));
    expect(message.length).toBeLessThanOrEqual(size);
    const decoded = unwrap(decodeMessage(message));
    expect(decoded.answer.map(recordToText)).toEqual([recordToText(versions[1].soaRecord)]);
    expect(decoded).toMatchObject({ aa: true, tc: false, rcode: RCODE.NOERROR });
    expect(out.counters.retryOverTcp).toBe(1);
    expect(receive([message], 'ixfr', versions[0], true).outcome).toBe('retry-tcp');
  });

  test('between 512 and 1232 octets it depends on what the client takes', () => {
    const added = Array.from({ length: 25 }, (_, i) => i + 1_000);
    const { versions, source } = history(500, [{ add: added }]);
    expect(
      receive([single(transferOut().answer(request('ixfr', 1), udp, source()))], 'ixfr', versions[0], true).outcome,
    ).toBe('retry-tcp');
    const roomy = single(transferOut().answer(request('ixfr', 1, edns(1232)), udp, source()));
    expect(receive([roomy], 'ixfr', versions[0], true).version.digest()).toBe(versions[1].digest());
  });

  test('room for the TSIG record is kept', () => {
    for (let hosts = 0; hosts < 40; hosts++) {
      const added = Array.from({ length: hosts }, (_, i) => i + 1_000);
      const { source } = history(500, [{ add: added }]);
      const message = single(transferOut().answer(request('ixfr', 1), { ...udp, key }, source()));
      expect(message.length).toBeLessThanOrEqual(512 - tsigLength(key));
    }
  });

  test('RFC 1995 4: a small zone that the journal does not reach fits as a whole', () => {
    const { versions, source } = history(3, []);
    const message = single(transferOut().answer(request('ixfr', 0), udp, source()));
    const received = receive([message], 'ixfr', zoneVersionWithSerial0(), true);
    expect(received.outcome).toBe('zone');
    expect(received.version.digest()).toBe(versions[0].digest());
  });

  test('RFC 1035 4.2.1: an SOA so long that it alone does not fit: truncated, never larger than the client takes', () => {
    const long = (c: string) => name(`${`${c.repeat(60)}.`.repeat(4)}`);
    const rdata = writeSoa({
      mname: long('m'),
      rname: long('r'),
      serial: 1,
      refresh: 1,
      retry: 1,
      expire: 1,
      minimum: 1,
    });
    const builder = new ZoneBuilder(APEX);
    builder.addRecord({ ...soa(1), rdata });
    const source = { version: unwrap(builder.finish()), secondsToExpire: 1, diffsFrom: () => undefined };
    const message = single(transferOut().answer(request('ixfr', 1), udp, source));
    expect(message.length).toBeLessThanOrEqual(512);
    expect(unwrap(decodeMessage(message))).toMatchObject({ tc: true, answer: [] });
  });

  test('up to date: the SOA alone', () => {
    const { versions, source } = history(3, []);
    const message = single(transferOut().answer(request('ixfr', 1), udp, source()));
    expect(receive([message], 'ixfr', versions[0], true).outcome).toBe('up-to-date');
  });
});

function zoneVersionWithSerial0(): ZoneVersion {
  return zoneVersion('example.test.', '@ 60 SOA ns host 0 1 1 1 1\n@ 60 NS ns');
}
