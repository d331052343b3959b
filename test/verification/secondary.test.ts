import { eventually, type Peer, startKnot, ZonewireNode } from '@zonewire/testkit';
import { describe, expect, it } from 'vitest';
import { makeSigner, type Signer } from '../dnssec/signers.ts';
import { PARENT, parentZone } from '../dnssec/zones.ts';
import { tidy } from '../fixtures/tidy.ts';

/** ZONEMD and DNSSEC of what a real primary serves, before our secondary serves it. */

interface Status {
  readonly state: string;
  readonly served?: { readonly serial: number };
  readonly lastError?: { readonly code: string; readonly message: string };
  readonly lastTransfer?: { readonly type: string };
  readonly warnings?: readonly string[];
  readonly verification?: {
    readonly serial: number;
    readonly zonemd?: string;
    readonly dnssec?: string;
    readonly findings: readonly string[];
    readonly signaturesExpireAt?: number;
  };
}

/** Signers that make ZONEMD too; BIND 9.18's does not. */
const WITH_ZONEMD = { Knot: ['zonemd-generate: zonemd-sha384'], ldns: ['-z', 'simple:sha512'] } as const;

/** Asked for every second, so that a refused version is tried again soon. */
function zoneText(serial: number, extra = ''): string {
  return parentZone(serial, '', extra).replace(' 3600 600 86400 ', ' 2 1 86400 ');
}
const SOON = { 'refresh-min-interval': '1s', 'retry-min-interval': '1s' };

/** A Knot primary with `text`, and one secondary of ours for each of `settings`. */
async function site(text: string, ...settings: readonly Record<string, unknown>[]): Promise<[Peer, ...ZonewireNode[]]> {
  const primary = await tidy(startKnot({ zones: [{ name: PARENT, text }] }));
  const nodes: ZonewireNode[] = [];
  for (const more of settings)
    nodes.push(
      await tidy(
        ZonewireNode.start({ zones: [{ name: PARENT, primaries: [primary], settings: { ...SOON, ...more } }] }),
      ),
    );
  return [primary, ...nodes];
}

const status = (node: ZonewireNode) => node.status<Status>(PARENT);
const anchors = (...signers: readonly Signer[]) =>
  signers.flatMap(({ ds }) => ds.split('\n').filter((line) => line.trim() !== ''));

async function untilRefused(node: ZonewireNode, code: string): Promise<Status> {
  let last: Status | undefined;
  await eventually(
    `${code}; the log: ${node.process.output.slice(-2000)}`,
    async () => {
      last = await status(node);
      return last.lastError?.code === code;
    },
    30_000,
  );
  return last!;
}

async function metric(node: ZonewireNode, line: RegExp): Promise<number> {
  const text = await (await fetch(`${node.controlUrl}/metrics`)).text();
  return Number(line.exec(text)?.[1] ?? 0);
}

describe.each(['Knot', 'ldns'] as const)('a zone signed by %s, with ZONEMD', (vendor) => {
  it.each(['NSEC', 'NSEC3 opt-out'] as const)(
    '%s: verified and valid, by AXFR and after an IXFR, and told so after a restart (RFC 8976 4, RFC 4035 5)',
    async (denial) => {
      const signer = await tidy(makeSigner(vendor, denial, PARENT, WITH_ZONEMD[vendor]));
      const strict = { 'zonemd-verify': 'require', 'dnssec-validation': 'require', 'trust-anchor': anchors(signer) };
      const [primary, node] = await site(await signer.sign(zoneText(1)), strict);
      await node.untilSerial(PARENT, 1);
      const verified = { zonemd: 'verified', dnssec: 'valid', findings: [] };
      expect((await status(node)).verification).toMatchObject({ ...verified, serial: 1 });

      await primary.rewrite(
        PARENT,
        await signer.sign(zoneText(2, 'added A 192.0.2.77\ndeep.er.added TXT "two more names"')),
      );
      await node.untilSerial(PARENT, 2);
      const after = await status(node);
      expect(after).toMatchObject({ lastTransfer: { type: 'ixfr' }, verification: { ...verified, serial: 2 } });
      expect(after.verification!.signaturesExpireAt).toBeGreaterThan(Date.now());
      expect(after.warnings ?? []).toEqual([]);
      expect(await metric(node, /zone_verifications_total\{check="zonemd",result="verified"\} (\d+)/)).toBe(2);
      expect(await metric(node, /zone_verifications_total\{check="dnssec",result="valid"\} (\d+)/)).toBe(2);

      await node.stop();
      await node.run();
      expect((await status(node)).verification).toMatchObject({ ...verified, serial: 2 });
    },
  );
});

describe('a zone that was altered on its way', () => {
  it('a glue address, which nobody signs: ZONEMD tells; require keeps the old version, log serves it (RFC 8976 1.2)', async () => {
    const signer = await tidy(makeSigner('ldns', 'NSEC', PARENT, WITH_ZONEMD.ldns));
    const both = (mode: string) => ({ 'zonemd-verify': mode, 'dnssec-validation': mode });
    const [primary, strict, lenient] = await site(await signer.sign(zoneText(1)), both('require'), both('log'));
    for (const node of [strict, lenient]) await node.untilSerial(PARENT, 1);

    const good = await signer.sign(zoneText(2));
    const altered = good.replace(/^(ns\.plain\S*\s.*\sA\s+)127\.0\.0\.1$/m, '$1192.0.2.66');
    expect(altered).not.toBe(good);
    await primary.rewrite(PARENT, altered);
    const refused = await untilRefused(strict, 'zonemd-mismatch');
    expect(refused).toMatchObject({
      state: 'serving',
      served: { serial: 1 },
      verification: { serial: 1, zonemd: 'verified' },
    });
    expect(refused.lastError!.message).toMatch(/zonemd-verify: require.*SHA-512/);
    await lenient.untilSerial(PARENT, 2);
    const served = await status(lenient);
    expect(served.verification).toMatchObject({ serial: 2, zonemd: 'failed', dnssec: 'valid' });
    expect(served.warnings).toEqual([expect.stringMatching(/^ZONEMD: the zone is not the one/)]);
    const isLogged = () => /ZONEMD: the zone is not the one/.test(lenient.process.output);
    await eventually('the log says so', isLogged, 10_000);

    // Told to people, to machines, and tried again by SOA RETRY until it is right.
    const shown = await strict.cli('zone', 'status', PARENT);
    expect(shown.output).toMatch(/zonemd-mismatch/);
    expect(shown.output).toMatch(/ZONEMD verified, DNSSEC valid/);
    const refusals = () => metric(strict, /zone_verification_refusals_total (\d+)/);
    const first = await refusals();
    expect(first).toBeGreaterThan(0);
    await eventually('it is refused again', async () => (await refusals()) > first, 30_000);
    expect((await status(strict)).served).toMatchObject({ serial: 1 });
    await primary.rewrite(PARENT, await signer.sign(zoneText(3)));
    for (const node of [strict, lenient]) await node.untilSerial(PARENT, 3);
    expect(await status(strict)).toMatchObject({ verification: { serial: 3, zonemd: 'verified', findings: [] } });
    expect((await status(strict)).lastError).toBeUndefined();
    expect((await status(lenient)).warnings ?? []).toEqual([]);
  });

  it('a signed address: DNSSEC names owner, type and key; a first version that is not valid is not served at all', async () => {
    const signer = await tidy(makeSigner('BIND', 'NSEC3', PARENT));
    const altered = (await signer.sign(zoneText(1))).replace(/^(www\S*\s.*\sA\s+)192\.0\.2\.3$/m, '$1192.0.2.66');
    const mode = (word: string) => ({ 'dnssec-validation': word, 'trust-anchor': anchors(signer) });
    const [primary, strict, lenient] = await site(altered, mode('require'), mode('log'));
    const refused = await untilRefused(strict, 'signature-wrong');
    expect(refused).toMatchObject({ state: 'loading' });
    expect(refused.served).toBeUndefined();
    expect(refused.lastError!.message).toMatch(/www\.example\.test\. A: its RRSIG by key \d+ of algorithm 13 /);
    await lenient.untilSerial(PARENT, 1);
    expect((await status(lenient)).verification).toMatchObject({
      dnssec: 'invalid',
      findings: [expect.stringMatching(/^DNSSEC: www/)],
    });
    await primary.rewrite(PARENT, await signer.sign(zoneText(2)));
    await strict.untilSerial(PARENT, 2);
    expect((await status(strict)).verification).toMatchObject({ serial: 2, dnssec: 'valid' });
  });

  it('its ZONEMD or its signatures taken out: require refuses, log does not mind (RFC 8976 4)', async () => {
    const [primary, digest, signed, lenient] = await site(
      zoneText(1),
      { 'zonemd-verify': 'require' },
      { 'dnssec-validation': 'require' },
      { 'zonemd-verify': 'log', 'dnssec-validation': 'log' },
    );
    await untilRefused(digest, 'zonemd-absent');
    await untilRefused(signed, 'zone-not-signed');
    await lenient.untilSerial(PARENT, 1);
    expect(await status(lenient)).toMatchObject({ verification: { dnssec: 'unsigned', findings: [] } });
    expect(primary.log()).toMatch(/AXFR/);
  });
});

describe('keys and times', () => {
  it('other keys: refused unless a trust anchor stands for them, believed where there is none (RFC 6781 4.1.2)', async () => {
    const old = await tidy(makeSigner('Knot', 'NSEC', PARENT));
    const next = await tidy(makeSigner('BIND', 'NSEC', PARENT));
    const require = { 'dnssec-validation': 'require' };
    const [primary, onlyOld, both, none] = await site(
      await old.sign(zoneText(1)),
      { ...require, 'trust-anchor': anchors(old) },
      { ...require, 'trust-anchor': anchors(old, next) },
      require,
    );
    for (const node of [onlyOld, both, none]) await node.untilSerial(PARENT, 1);
    await primary.rewrite(PARENT, await next.sign(zoneText(2)));
    for (const node of [both, none]) await node.untilSerial(PARENT, 2);
    await untilRefused(onlyOld, 'trust-anchor-without-key');
    expect((await status(onlyOld)).served).toMatchObject({ serial: 1 });
  });

  it('signatures that have expired, and those that are not valid yet (RFC 4035 5.3.1)', async () => {
    const day = (offset: number) =>
      new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const expired = await tidy(makeSigner('ldns', 'NSEC', PARENT, ['-i', day(-9), '-e', day(-2)]));
    const future = await tidy(makeSigner('ldns', 'NSEC', PARENT, ['-i', day(2), '-e', day(9)]));
    const [primary, strict, lenient] = await site(
      await expired.sign(zoneText(1)),
      { 'dnssec-validation': 'require' },
      { 'dnssec-validation': 'log' },
    );
    const refused = await untilRefused(strict, 'signature-expired');
    expect(refused.lastError!.message).toMatch(/expired at \S+: sign the zone again \(and \d+ more\)/);
    await lenient.untilSerial(PARENT, 1);
    await primary.rewrite(PARENT, await future.sign(zoneText(2)));
    await untilRefused(strict, 'signature-not-yet-valid');
    expect((await status(lenient)).verification!.findings.length).toBeGreaterThan(10);
  });
});
