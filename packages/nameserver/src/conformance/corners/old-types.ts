import type { Corner } from '../corner.ts';

export const oldTypes: Corner = {
  title: 'types of old',
  zones: {
    'oldtypes.test.': `
      host    A    192.0.2.1
      rt      RT   10 host
      minfo   MINFO host host
      unknown TYPE4711 \\# 4 C0000201
    `,
  },
  without: { pdns: 'does not know RT' },
  cases: [
    {
      rule: 'RT (RFC 1183 3.3)',
      ask: 'rt RT',
      answer: 'rt RT 10 host',
      additional: 'host A 192.0.2.1',
      differs: { knot: 'addresses-of-old-types' },
    },
    { rule: 'MINFO (RFC 1035 3.3.7)', ask: 'minfo MINFO', answer: 'minfo MINFO host host' },
    { rule: 'an unknown type (RFC 3597 3)', ask: 'unknown TYPE4711', answer: 'unknown TYPE4711 \\# 4 C0000201' },
  ],
};
