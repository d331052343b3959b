import { name, nameToText, type ResourceRecord, TYPE, typeToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { changed, makeKey, NOW, reallySigned, signature, TIMES, withSignatures } from '../fixtures/real-signatures.ts';
import { hashOf, type Signing } from '../fixtures/signed-zone.ts';
import { records, zoneOf } from '../fixtures/zone-text.ts';
import { validateDnssec } from './validate.ts';

/** Places where a whole zone's validation is easily wrong. */
const NSEC: Signing = { denial: 'nsec' };
const NSEC3: Signing = { denial: 'nsec3' };
const OPT_OUT: Signing = { denial: 'nsec3', optOut: true };
const TEXT = `
  @        NS    ns.elsewhere.
  www      A     192.0.2.1
  a.b.ent  TXT   "deep"
  plain    NS    ns.elsewhere.
  old      DNAME new
`;
const key = makeKey();

function shown(all: readonly ResourceRecord[], checked?: readonly ResourceRecord[], now = NOW): string[] {
  const { findings } = validateDnssec(zoneOf(all), { now, checked: checked && zoneOf(checked) });
  return findings.map(
    ({ severity, code, name: owner, type }) => `${severity} ${code} ${nameToText(owner)} ${typeToText(type ?? 0)}`,
  );
}

/** The zone without the NSEC3 of `owner`, its chain closed again and signed. */
function withoutNsec3(all: readonly ResourceRecord[], owner: string): ResourceRecord[] {
  const gone = `${hashOf(owner, NSEC3)}.example.`;
  const at = all.find((record) => record.type === TYPE.NSEC3 && nameToText(record.name) === gone)!;
  const hash = (record: ResourceRecord) => record.rdata.slice(6, 26);
  const label = (octets: Uint8Array) =>
    [...octets]
      .map((octet) => octet.toString(2).padStart(8, '0'))
      .join('')
      .replace(/.{5}/g, (five) => Number.parseInt(five, 2).toString(32));
  const kept = all.filter((record) => nameToText(record.name) !== gone);
  const closed = kept.map((record) => {
    if (record.type !== TYPE.NSEC3 || `${label(hash(record))}.example.` !== gone) return record;
    return { ...record, rdata: Uint8Array.from([...record.rdata.slice(0, 6), ...hash(at), ...record.rdata.slice(26)]) };
  });
  return withSignatures(closed, [key]);
}

describe('NSEC3', () => {
  const zone = reallySigned(TEXT, NSEC3, [key]);

  it.each(['b.ent.example.', 'ent.example.', 'www.example.', 'plain.example.', 'example.'])(
    'a chain that is closed without %s (RFC 5155 7.1)',
    (owner) => {
      const findings = shown(withoutNsec3(zone, owner));
      // Without a record for the apex its NSEC3PARAM is not one to be used: the whole chain counts for nothing.
      const expected = owner === 'example.' ? /nsec3-missing example\. / : new RegExp(`^error nsec3-missing ${owner} `);
      expect(findings[0]).toMatch(expected);
      expect(findings).toHaveLength(1);
    },
  );

  it('an empty non-terminal of unsigned delegations may go without, where its own span is opt-out (RFC 5155 7.1)', () => {
    const optOut = reallySigned(TEXT, OPT_OUT, [key]);
    const spans = optOut.filter(({ type }) => type === TYPE.NSEC3).sort((a, b) => Buffer.compare(a.name, b.name));
    const spanOf = (owner: string) => {
      const hash = `${hashOf(owner, OPT_OUT)}.example.`;
      return spans.findLast((span) => nameToText(span.name) < hash) ?? spans.at(-1)!;
    };
    // A delegation whose own span is another than that of the empty non-terminal above it.
    const ent = Array.from({ length: 200 }, (_, i) => `e${i}.example.`).find(
      (one) => spanOf(one) !== spanOf(`x.${one}`),
    )!;
    const delegated = [...optOut, ...records(`x.${ent} NS ns.elsewhere.`)];
    expect(shown(delegated)).toEqual([]);
    const withFlag = (span: ResourceRecord) =>
      withSignatures(
        delegated.map((record) =>
          record === span
            ? { ...record, rdata: Uint8Array.from(record.rdata, (octet, i) => (i === 1 ? 0 : octet)) }
            : record,
        ),
        [key],
      );
    expect(shown(withFlag(spanOf(ent)))).toEqual([`error nsec3-missing ${ent} NSEC3`]);
    const without = shown(withFlag(spanOf(`x.${ent}`)));
    expect(without).toContain(`error nsec3-missing x.${ent} NSEC3`);
    // It needs a record, so the name above it does too.
    expect(without).toContain(`error nsec3-missing ${ent} NSEC3`);
  });

  it('the owner of an NSEC3 that has names below it is an empty non-terminal (RFC 5155 7.2.8)', () => {
    const owner = `${hashOf('example.', NSEC3)}.example.`;
    const below = reallySigned(`${TEXT}\nx.${owner} TXT "below"`, NSEC3, [key]);
    expect(shown(below)).toEqual([]);
    expect(shown(withoutNsec3(below, owner))).toEqual([`error nsec3-missing ${owner} NSEC3`]);
  });

  it('and one that has data beside its NSEC3 is a name, whose types do not hold NSEC3', () => {
    const owner = `${hashOf('example.', NSEC3)}.example.`;
    expect(shown(reallySigned(`${TEXT}\n${owner} TXT "beside"`, NSEC3, [key]))).toEqual([]);
  });

  it('a DNAME at the apex hides all names, not the NSEC3 below it (RFC 6672 5.3.4.1)', () => {
    const dname = reallySigned('@ NS ns.elsewhere.\n@ DNAME elsewhere.', NSEC3, [key]);
    expect(shown(dname)).toEqual([]);
    expect(shown([...dname, ...records('hidden TXT "not signed"')])).toEqual([]);
    const nsec3 = dname.find(({ type }) => type === TYPE.NSEC3)!;
    expect(shown(dname.filter((record) => record !== nsec3))).not.toEqual([]);
  });

  it('an RRSIG over the NS of an unsigned delegation does not make it a signed one', () => {
    expect(shown([...zone, signature(name('plain.example.'), TYPE.NS, zone, key)])).toEqual([
      'warning signature-unexpected plain.example. NS',
    ]);
  });
});

describe('NSEC', () => {
  const zone = reallySigned(TEXT, NSEC, [key]);

  it('the last leads back to the apex (RFC 4034 4.1.1)', () => {
    const open = changed(zone, 'www.example.', TYPE.NSEC, 'www.example. A RRSIG NSEC');
    expect(shown(withSignatures(open, [key]))).toEqual(['error nsec-chain www.example. NSEC']);
  });

  it('names below a DNAME are hidden, beside it they are not (RFC 6672 2.4)', () => {
    expect(shown([...zone, ...records('x.old TXT "hidden"\na.b.old TXT "hidden"')])).toEqual([]);
    expect(shown([...zone, ...records('xold TXT "not signed"')])).toContain(
      'error signature-missing xold.example. TXT',
    );
  });

  it('a label that ends as the owner of a delegation begins is not below it', () => {
    // On the wire the label x\003cut ends in the octets of the whole name cut.
    const evil = reallySigned('@ NS ns.elsewhere.\ncut NS ns.elsewhere.\nx\\003cut A 192.0.2.1', NSEC, [key]);
    expect(shown(evil)).toEqual([]);
    const unsigned = evil.filter(
      (record) => record.type !== TYPE.RRSIG || record.name[1] !== 0x78 || record.rdata[1] !== TYPE.A,
    );
    expect(unsigned.length).toBe(evil.length - 1);
    expect(shown(unsigned)).toEqual(['error signature-missing x\\003cut.example. A']);
  });

  it('names in any case are the same (RFC 4343)', () => {
    const upper = changed(zone, 'old.example.', TYPE.NSEC, 'PLAIN.Example. DNAME RRSIG NSEC');
    expect(shown(withSignatures(upper, [key]))).toEqual([]);
  });
});

describe('keys that are not for data', () => {
  const protocol2 = makeKey();
  protocol2.record.rdata[2] = 2;

  it.each([
    ['revoked (RFC 5011 2.1)', makeKey(13, 257 | 0x80)],
    ['no zone key (RFC 4034 2.1.1)', makeKey(13, 1)],
    ['of another protocol (RFC 4034 2.1.2)', protocol2],
  ])('%s', (_what, odd) => {
    expect(shown(reallySigned(TEXT, NSEC, [odd]))).toEqual(['error keys-unusable example. DNSKEY']);
    // Beside a good one it is no fault.
    expect(
      shown(
        reallySigned(TEXT, NSEC, [key, odd]).filter(
          ({ type, rdata }) => type !== TYPE.RRSIG || ((rdata[16] << 8) | rdata[17]) === key.tag,
        ),
      ),
    ).toEqual([]);
  });
});

describe('beside a version checked before', () => {
  const zone = reallySigned(TEXT, NSEC, [key]);

  it('a TTL that was changed is found', () => {
    const ttl = zone.map((record) =>
      nameToText(record.name) === 'www.example.' && record.type === TYPE.A ? { ...record, ttl: 7 } : record,
    );
    expect(shown(ttl, zone)).toEqual(['error signature-ttl www.example. A']);
  });

  it('every signature that has expired since is found', () => {
    const later = (TIMES.expiration + 1) * 1000;
    const all = shown(zone, zone, later);
    expect(all).toEqual(shown(zone, undefined, later));
    expect(all.length).toBe(zone.filter(({ type }) => type === TYPE.RRSIG).length);
  });
});
