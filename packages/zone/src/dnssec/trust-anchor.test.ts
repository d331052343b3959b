import { createHash } from 'node:crypto';
import { name, rdataToText, TYPE, unwrap } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { makeKey, NOW, reallySigned } from '../fixtures/real-signatures.ts';
import { zoneOf } from '../fixtures/zone-text.ts';
import { parseTrustAnchor } from './trust-anchor.ts';
import { validateDnssec } from './validate.ts';

const [key, other] = [makeKey(), makeKey()];
const version = zoneOf(reallySigned('@ NS ns\nns A 192.0.2.1', { denial: 'nsec' }, [key]));

function ds(of: typeof key, digestType: number, hash: string, tag = of.tag, algorithm = of.algorithm): string {
  const digest = createHash(hash).update(name('example.')).update(of.record.rdata).digest('hex');
  return `DS ${tag} ${algorithm} ${digestType} ${digest}`;
}

function codes(...anchors: string[]): string[] {
  const trustAnchors = anchors.map((anchor) => unwrap(parseTrustAnchor(anchor)));
  return validateDnssec(version, { now: NOW, trustAnchors }).findings.map(({ code }) => code);
}

describe('trust anchors', () => {
  const dnskey = `DNSKEY ${rdataToText(TYPE.DNSKEY, key.record.rdata)}`;

  it.each([
    ['DS with SHA-1', ds(key, 1, 'sha1')],
    ['DS with SHA-256 (RFC 4509)', ds(key, 2, 'sha256')],
    ['DS with SHA-384 (RFC 6605 2)', ds(key, 4, 'sha384')],
    ['DNSKEY', dnskey],
    ['as dnssec-dsfromkey prints it', `example. IN ${ds(key, 2, 'sha256')}`],
    ['as keymgr prints it', `example. ${ds(key, 2, 'sha256')}`],
    ['with TTL and a comment, as ldns prints it', `example.\t3600\tIN\t${ds(key, 2, 'sha256')} ; xigog-zomor`],
    ['digest in two parts', ds(key, 2, 'sha256').replace(/(.{8})$/, ' $1')],
  ])('%s', (_what, anchor) => {
    expect(codes(anchor)).toEqual([]);
    expect(codes(anchor, ds(other, 2, 'sha256'))).toEqual([]);
  });

  it.each([
    ['another key', ds(other, 2, 'sha256')],
    ['another digest', ds(key, 2, 'sha256').replace(/..$/, '00')],
    ['another tag', ds(key, 2, 'sha256', key.tag ^ 1)],
    ['another algorithm', ds(key, 2, 'sha256', key.tag, 8)],
    [
      'a digest of another owner',
      ds(key, 2, 'sha256').replace(
        /\S+$/,
        createHash('sha256').update(name('other.')).update(key.record.rdata).digest('hex'),
      ),
    ],
    ['the DNSKEY of another', `DNSKEY ${rdataToText(TYPE.DNSKEY, other.record.rdata)}`],
    ['the DNSKEY with other flags', dnskey.replace('257', '256')],
  ])('%s stands for nothing here', (_what, anchor) => {
    expect(codes(anchor)).toContain('trust-anchor-without-key');
  });

  it('the key of an anchor has to have signed the keys (RFC 4035 5.2)', () => {
    const both = zoneOf(
      reallySigned('@ NS ns\nns A 192.0.2.1', { denial: 'nsec' }, [key, other]).filter(
        ({ type, rdata }) =>
          type !== TYPE.RRSIG || rdata[1] !== TYPE.DNSKEY || ((rdata[16] << 8) | rdata[17]) === key.tag,
      ),
    );
    const of = (anchor: string) =>
      validateDnssec(both, { now: NOW, trustAnchors: [unwrap(parseTrustAnchor(anchor))] }).findings.map(
        ({ code }) => code,
      );
    expect(of(ds(key, 2, 'sha256'))).toEqual([]);
    expect(of(ds(other, 2, 'sha256'))).toEqual(['signature-without-key']);
  });

  it.each([
    ['', 'neither'],
    ['example.', 'neither'],
    ['A 192.0.2.1', 'neither'],
    ['DS 1 13', ''],
    [`DS 1 13 3 ${'AB'.repeat(32)}`, 'digest type 3'],
    ['DS 1 13 2 AB', ''],
    ['DNSKEY 257 3 13 !!!', ''],
  ])('%j is none', (text, words) => {
    const parsed = parseTrustAnchor(text);
    expect(parsed).toMatchObject({ ok: false, error: { code: 'trust-anchor-malformed' } });
    expect(parsed).toHaveProperty('error.message', expect.stringContaining(words));
  });
});
