import { TYPE } from '@zonewire/shared-protocol';
import type { Difference } from '../compare/differences.ts';
import type { Case, Explanation } from '../compare/explanation.ts';
import { covers, hasType, isAddress, isDenial, isReferral } from '../compare/reply-facts.ts';
import type { Rr } from '../wire/read-reply.ts';

const AFSDB = 18;
const RT = 21;
const NAPTR = 35;
const KX = 36;
const TLSA = 52;

type Rule = (record: Rr, at: Case) => boolean;

/** What only they add. */
const theirs = (rule: Rule) => additional('theirs', rule);
/** What only we add. */
const ours = (rule: Rule) => additional('ours', rule);

const showsWildcard = theirs(
  (record, { zone }) => isDenial(record) || (record.owner.startsWith('\x01*') && zone.exists(record.owner)),
);
const isShownAsWildcard = ours((record, at) =>
  at.theirs.additional.some(({ owner }) => owner === at.zone.sourceOfSynthesis(record.owner)),
);

function additional(side: 'ours' | 'theirs', rule: Rule): (difference: Difference, at: Case) => boolean {
  return (difference, at) =>
    difference.what === 'additional' && difference.side === side && rule(difference.record, at);
}

/** Additional data, which is useful and due nowhere but in referrals (RFC 1034 4.3.2 step 6). */
export const ADDITIONAL: readonly Explanation[] = [
  {
    name: 'ns-in-positive-answers',
    peers: ['bind', 'nsd'],
    explains: (difference, { zone, theirs }) =>
      'side' in difference &&
      difference.side === 'theirs' &&
      theirs.answer.length > 0 &&
      (difference.what === 'authority'
        ? difference.record.owner === zone.apex && covers(difference.record, TYPE.NS)
        : isAddress(difference.record) &&
          theirs.authority.some(
            ({ type, owner, rdata }) => type === TYPE.NS && owner === zone.apex && rdata === difference.record.owner,
          )),
  },
  {
    name: 'authoritative-address-in-referral',
    peers: ['bind'],
    explains: ours(
      (record, { zone, whole }) => isReferral(whole) && isAddress(record) && !zone.isBelowCut(record.owner),
    ),
  },
  {
    name: 'glue-from-wildcard',
    peers: ['knot', 'nsd'],
    explains: theirs(
      (record, { zone, theirs }) => isReferral(theirs) && isAddress(record) && !zone.exists(record.owner),
    ),
  },
  {
    name: 'no-address-from-wildcard',
    peers: ['knot', 'pdns'],
    explains: ours(
      (record, { peer, zone, chain }) =>
        (isAddress(record) || isService(record)) &&
        !zone.exists(record.owner) &&
        (peer === 'pdns' || chain.some((one) => one.startsWith('\x01*'))),
    ),
  },
  {
    name: 'wildcard-by-its-own-name',
    peers: ['knot'],
    explains: (difference, at) => showsWildcard(difference, at) || isShownAsWildcard(difference, at),
  },
  {
    name: 'occluded-addresses',
    peers: ['knot', 'nsd', 'pdns'],
    explains: theirs((record, { zone }) => (isAddress(record) || isService(record)) && zone.isBelowCut(record.owner)),
  },
  {
    name: 'duplicate-additional',
    peers: ['knot'],
    explains: theirs(({ key }, { whole }) => [...whole.answer, ...whole.additional].some((one) => one.key === key)),
  },
  {
    name: 'addresses-of-old-types',
    peers: ['knot', 'nsd', 'pdns'],
    explains: ours(
      (record, { whole }) =>
        isAddress(record) &&
        whole.answer.some(
          ({ type, rdata }) => (type === AFSDB || type === RT || type === KX) && rdata.slice(2) === record.owner,
        ),
    ),
  },
  {
    name: 'svcb-without-addresses',
    peers: ['nsd'],
    explains: ours((record, { whole }) => (isAddress(record) || isService(record)) && whole.answer.some(isService)),
  },
  {
    name: 'service-at-its-own-target',
    peers: ['bind', 'knot'],
    explains: ours(
      (record, { whole }) =>
        isAddress(record) && whole.answer.some((one) => isService(one) && one.owner === record.owner),
    ),
  },
  {
    name: 'svcb-of-the-target',
    peers: ['bind', 'knot', 'pdns'],
    explains: ours(
      (record, { peer, whole }) =>
        (isService(record) || (peer !== 'knot' && isAddress(record))) && whole.answer.some(isService),
    ),
  },
  {
    name: 'service-in-capitals',
    peers: ['knot'],
    explains: ours((record, { zone }) => zone.isServiceInCapitals(record.owner)),
  },
  {
    name: 'addresses-of-an-asterisk',
    peers: ['nsd'],
    explains: ours((record, { whole }) => isReferral(whole) && isAddress(record) && record.owner.startsWith('\x01*')),
  },
  {
    name: 'alias-mode-to-nowhere',
    peers: ['pdns'],
    explains: theirs(
      (record, { whole }) =>
        isAddress(record) && whole.answer.some((one) => isService(one) && one.owner === record.owner),
    ),
  },
  {
    name: 'naptr-addresses',
    peers: ['bind'],
    explains: theirs(
      (record, { whole }) => hasType(whole.answer, NAPTR) && (isAddress(record) || covers(record, TYPE.SRV)),
    ),
  },
  {
    name: 'additional-beyond-addresses',
    peers: ['bind', 'pdns'],
    explains: theirs(
      (record, { whole }) =>
        ((hasType(whole.answer, TYPE.MX) || hasType(whole.answer, TYPE.SRV)) && covers(record, TLSA)) ||
        (whole.answer.some(isService) && (covers(record, TYPE.CNAME) || isService(record) || isAddress(record))),
    ),
  },
  {
    name: 'minimal-now-and-then',
    peers: ['bind'],
    explains: ours((record, { theirs }) => isAddress(record) && theirs.additional.length === 0),
  },
  {
    name: 'rrsig-of-additional-data',
    peers: ['knot'],
    explains: ours(
      (record, { transport, theirs }) =>
        transport === 'udp' &&
        record.type === TYPE.RRSIG &&
        theirs.additional.some(({ owner }) => owner === record.owner),
    ),
  },
];

function isService(record: Rr): boolean {
  return covers(record, TYPE.SVCB) || covers(record, TYPE.HTTPS);
}
