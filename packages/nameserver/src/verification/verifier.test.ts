import { CLASS, name, type ResourceRecord, rdataFromText, TYPE, unwrap, writeSoa } from '@zonewire/shared-protocol';
import { DEFAULT_VERIFICATION, type VerificationPolicy, ZoneBuilder, type ZoneVersion } from '@zonewire/zone';
import { describe, expect, test } from 'vitest';
import { statusWarnings, VERIFICATION_THREADS, Verifier } from './verifier.ts';

const APEX = name('example.test.');

function record(owner: string, type: number, rdata: Uint8Array): ResourceRecord {
  return { name: name(owner, APEX), type, class: CLASS.IN, ttl: 60, rdata };
}

/** A zone of `hosts` hosts, with a ZONEMD that is wrong. */
function zone(hosts: number, zonemd = true): ZoneVersion {
  const builder = new ZoneBuilder(APEX);
  const timers = { refresh: 1, retry: 1, expire: 1, minimum: 1 };
  builder.addRecord(record('@', TYPE.SOA, writeSoa({ mname: APEX, rname: APEX, serial: 7, ...timers })));
  if (zonemd)
    builder.addRecord(record('@', TYPE.ZONEMD, unwrap(rdataFromText(TYPE.ZONEMD, `7 1 1 ${'00'.repeat(48)}`))));
  for (let n = 0; n < hosts; n++) builder.addRecord(record(`h${n}`, TYPE.A, Uint8Array.of(10, n >> 16, n >> 8, n)));
  return unwrap(builder.finish());
}

const policy = (changes: Partial<VerificationPolicy> = {}): VerificationPolicy => ({
  ...DEFAULT_VERIFICATION,
  ...changes,
});
const request = (changes?: Partial<VerificationPolicy>) => ({ policy: policy(changes), now: 1000, checked: undefined });

describe('Verifier', () => {
  test.each([
    ['a small zone, here', 5, 0],
    ['a large one, on a thread', 50_000, 1],
  ])('%s: the same verdict', async (_what, hosts, onThread) => {
    const verifier = new Verifier();
    const logged = await verifier.verify(zone(hosts), request());
    expect(logged).toMatchObject({
      refusal: undefined,
      vouches: false,
      status: { serial: 7, at: 1000, zonemd: 'failed' },
    });
    expect(logged.status!.findings).toEqual([
      expect.stringMatching(/^ZONEMD: the zone is not the one its ZONEMD was made for/),
    ]);
    const required = await verifier.verify(zone(hosts), request({ zonemd: 'require' }));
    expect(required.refusal).toMatchObject({ code: 'zonemd-mismatch' });
    expect(verifier.counters).toMatchObject({ refused: 1, onThread: 2 * onThread, failed: 0 });
    expect([...verifier.counters.verdicts]).toEqual([['zonemd failed', 2]]);
    expect([...verifier.counters.findings]).toEqual([['zonemd-mismatch', 2]]);
  });

  test('DNSSEC on a thread: the findings come back whole', async () => {
    const verifier = new Verifier();
    const verification = await verifier.verify(zone(200, false), request({ dnssec: 'require' }));
    expect(verification).toMatchObject({
      refusal: { code: 'zone-not-signed', message: expect.stringContaining('dnssec-validation: require') },
      status: { dnssec: 'unsigned', findings: [] },
    });
    expect(verifier.counters.onThread).toBe(1);
  });

  test('nothing to look at: no report, no thread', async () => {
    const verifier = new Verifier();
    const [plain, off] = [
      await verifier.verify(zone(50_000, false), request()),
      await verifier.verify(zone(50_000), request({ zonemd: 'off' })),
    ];
    for (const one of [plain, off]) expect(one).toEqual({ status: undefined, refusal: undefined, vouches: false });
    expect(verifier.counters).toMatchObject({ onThread: 0 });
    expect(verifier.counters.verdicts.size).toBe(0);
  });

  test('required, and not there (RFC 8976 4): refused', async () => {
    const { refusal } = await new Verifier().verify(zone(1, false), request({ zonemd: 'require' }));
    expect(refusal).toMatchObject({
      code: 'zonemd-absent',
      message: expect.stringContaining('zonemd-verify: require'),
    });
  });

  test(`${VERIFICATION_THREADS} threads at a time: the others wait for their turn`, async () => {
    const verifier = new Verifier();
    const large = zone(50_000);
    await Promise.all(Array.from({ length: VERIFICATION_THREADS + 3 }, () => verifier.verify(large, request())));
    expect(verifier.counters).toMatchObject({ onThread: VERIFICATION_THREADS + 3, waited: 3 });
    // The places are free again.
    await verifier.verify(large, request());
    expect(verifier.counters).toMatchObject({ waited: 3 });
  });

  test('given up: rejects with the reason, and the places are free again', async () => {
    const verifier = new Verifier();
    const large = zone(50_000);
    const controller = new AbortController();
    const running = Array.from({ length: VERIFICATION_THREADS + 1 }, () =>
      verifier.verify(large, { ...request(), signal: controller.signal }),
    );
    controller.abort(new Error('the zone goes'));
    for (const one of running) await expect(one).rejects.toThrow('the zone goes');
    expect(await verifier.verify(large, request())).toMatchObject({ status: { zonemd: 'failed' } });
    expect(verifier.counters.failed).toBe(0);
  });

  test('a thread that takes too long is ended, and refused where something is required', async () => {
    const verifier = new Verifier({ timeout: 1 });
    const slow = verifier.verify(zone(50_000), request({ zonemd: 'require' }));
    await expect(slow).rejects.toMatchObject({
      code: 'verification-failed',
      message: 'the zone could not be verified: it took longer than 0.001 s',
    });
    expect(verifier.counters).toMatchObject({ failed: 1, timedOut: 1 });
  });

  test('a thread is kept for the next version, until the end', async () => {
    const verifier = new Verifier();
    const large = zone(50_000);
    for (let i = 0; i < 3; i++) {
      expect(await verifier.verify(large, request())).toMatchObject({ status: { zonemd: 'failed' } });
      expect(verifier.keptThreads).toBe(1);
    }
    expect(verifier.counters.onThread).toBe(3);
    // One that was ended is not used again.
    const controller = new AbortController();
    const running = verifier.verify(large, { ...request(), signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(verifier.keptThreads).toBe(0);
    const last = verifier.verify(large, request());
    verifier.close();
    expect(await last).toMatchObject({ status: { zonemd: 'failed' } });
    expect(verifier.keptThreads).toBe(0);
  });

  test('a thread that ends without a result: refused where something is required, else told', async () => {
    const verifier = new Verifier();
    const large = zone(50_000);
    // What cannot be opened over there.
    const broken = Object.create(large, { layers: { value: [new SharedArrayBuffer(8)] } }) as ZoneVersion;
    await expect(verifier.verify(broken, request({ zonemd: 'require' }))).rejects.toMatchObject({
      code: 'verification-failed',
    });
    const logged = await verifier.verify(broken, request());
    expect(logged).toMatchObject({
      refusal: undefined,
      status: { findings: [expect.stringContaining('could not be verified')] },
    });
    expect(verifier.counters.failed).toBe(2);
  });
});

test('signatures that have expired since are a warning', () => {
  const status = {
    at: 1,
    serial: 1,
    ms: 1,
    dnssec: 'valid' as const,
    signaturesExpireAt: 5000,
    findings: ['DNSSEC: x'],
  };
  expect(statusWarnings(status, 4999)).toEqual(['DNSSEC: x']);
  expect(statusWarnings(status, 5000)).toEqual([
    'DNSSEC: x',
    expect.stringContaining('expired at 1970-01-01T00:00:05'),
  ]);
  expect(statusWarnings(undefined, 5000)).toEqual([]);
});
