import { type Corner, NEGATIVE_SOA } from '../corner.ts';

const LABEL = 'l'.repeat(60);
/** 3 * 61 + 1 for `d` target's end in the zone: see the sums below. */
const TARGET = `${LABEL}.${LABEL}.${LABEL}`;
const FITS = 'x'.repeat(57);
const LONGER = 'x'.repeat(58);

/** `TARGET.long.test.` is 3 * 61 + 11 = 194 octets long; 57 + 1 below it make 252, and 2 more with a label of one octet 254. */
export const dnameTooLong: Corner = {
  title: 'DNAME that makes a name too long',
  zones: {
    'long.test.': `
      d               DNAME  ${TARGET}
      alias           CNAME  a.${LONGER}.d
      self            DNAME  ${LABEL}.${LABEL}.self
      *.${FITS}.${TARGET} A 192.0.2.1
    `,
  },
  cases: [
    {
      rule: 'a name of 254 octets is good (RFC 6672 2.2)',
      ask: `a.${FITS}.d A +tcp`,
      answer: `d DNAME ${TARGET}\na.${FITS}.d CNAME a.${FITS}.${TARGET}\na.${FITS}.${TARGET} A 192.0.2.1`,
    },
    {
      rule: 'one of 255 octets is (RFC 6672 2.2)',
      ask: `aa.${FITS}.d A +tcp`,
      answer: `d DNAME ${TARGET}\naa.${FITS}.d CNAME aa.${FITS}.${TARGET}\naa.${FITS}.${TARGET} A 192.0.2.1`,
    },
    {
      rule: 'one of 256 octets: YXDOMAIN with the DNAME alone (RFC 6672 2.2)',
      ask: `aaa.${FITS}.d A`,
      rcode: 'YXDOMAIN',
      answer: `d DNAME ${TARGET}`,
      differs: { knot: 'yxdomain-with-soa' },
    },
    {
      rule: 'far too long (RFC 6672 2.2)',
      ask: `${LABEL}.${LABEL}.${LABEL}.d A`,
      rcode: 'YXDOMAIN',
      answer: `d DNAME ${TARGET}`,
      differs: { knot: 'yxdomain-with-soa' },
    },
    {
      rule: 'whatever is asked for (RFC 6672 2.2)',
      ask: `aaa.${FITS}.d CNAME`,
      rcode: 'YXDOMAIN',
      answer: `d DNAME ${TARGET}`,
      differs: { knot: 'yxdomain-with-soa' },
    },
    {
      rule: 'behind a CNAME (RFC 6672 2.2)',
      ask: 'alias A +tcp',
      answer: `alias CNAME a.${LONGER}.d\nd DNAME ${TARGET}\na.${LONGER}.d CNAME a.${LONGER}.${TARGET}`,
      rcode: 'NXDOMAIN',
      authority: NEGATIVE_SOA,
    },
    {
      rule: 'a DNAME below itself ends in YXDOMAIN (RFC 6672 2.2)',
      ask: 'x.self A +tcp',
      rcode: 'YXDOMAIN',
      answer: `self DNAME ${LABEL}.${LABEL}.self\nx.self CNAME x.${LABEL}.${LABEL}.self`,
      differs: { nsd: 'yxdomain-behind-dname' },
    },
  ],
};
