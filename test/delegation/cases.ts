import type { FindingName } from '@zonewire/delegation';
import { makeSigner } from '../dnssec/signers.ts';
import { AT } from './addresses.ts';
import { NS, WELL, type ZoneWords, zoneText } from './zone-text.ts';

export interface Case extends ZoneWords {
  /** `<the first finding>.test.`, unless it says otherwise. */
  readonly zone: string;
  /** All that is found, in any order. */
  readonly finds: readonly FindingName[];
}

const NS1 = `ns1 A ${AT.ours}`;
const AT_BIND = `ns1 A ${AT.bind}`;
const nsOf = (second: string) => ['@ NS ns1', `@ NS ${second}`, NS1];

function found(finds: FindingName[], words: Partial<ZoneWords>, zone = `${finds[0]}.test.`): Case {
  return { ...WELL, ...words, finds, zone };
}

/** Same words for the zone and its parent. */
function everywhere(finds: FindingName[], lines: readonly string[]): Case {
  return found(finds, { ours: lines, parent: lines });
}

export const UNSIGNED_CASES: readonly Case[] = [
  found([], {}, 'fine.test.'),
  found(['ns-missing-at-parent'], { ours: [...NS, NS1, '@ NS ns3', `ns3 A ${AT.bind}`] }),
  found(['ns-extra-at-parent'], { parent: [...WELL.parent, '@ NS ns3', `ns3 A ${AT.bind}`] }),
  found(['ns-differs-between-parents', 'ns-missing-at-parent'], { otherParent: ['@ NS ns1', NS1] }),
  found(['ns-differs-between-servers'], { bind: ['@ NS ns2.elsewhere.'] }),
  found(['lame'], { bind: null }),
  found(['not-delegated'], { parent: [] }),
  found(['glue-missing'], { parent: NS }),
  found(['glue-wrong'], { parent: [...NS, AT_BIND] }),
  found(['glue-extra'], { parent: [...NS, NS1, AT_BIND] }),
  found(['glue-incomplete'], { ours: [...NS, NS1, AT_BIND] }),
  found(['glue-differs-between-parents'], {
    ours: [...NS, NS1, AT_BIND],
    parent: [...NS, NS1, AT_BIND],
    otherParent: [...NS, NS1],
  }),
  everywhere(['unreachable-udp'], nsOf('tcp.elsewhere.')),
  everywhere(['unreachable-tcp'], nsOf('udp.elsewhere.')),
  everywhere(['ns-is-cname'], nsOf('alias.elsewhere.')),
  everywhere(['ns-has-no-address'], [...NS, NS1, '@ NS nothing.elsewhere.']),
  everywhere(['address-unknown'], [...NS, NS1, '@ NS ns.unknown.dead.']),
  found(['serial-differs'], { serial: { ours: 7, bind: 6 } }),
  everywhere(['fewer-than-two'], ['@ NS ns1', NS1]),
  everywhere(['one-network'], nsOf('ns4.elsewhere.')),
  { ...WELL, zone: 'under.half.', finds: ['parent-unreachable'] },
  { ...WELL, zone: 'under.lame.', finds: ['parent-lame'] },
  // NSD, which is a server of `test.`, has this one too.
  found(['parent-holds-zone'], {}),
];

/** Each zone has keys of its own, and other ones that it does not use. */
export async function signedCases(): Promise<readonly Case[]> {
  return Promise.all([
    signed('ds-missing', ['ds-missing'], ({ text }) => ({ text })),
    signed('signed', [], ({ text, ds }) => ({ text, parent: ds })),
    signed('ds-mismatch', ['ds-mismatch'], async ({ text, other }) => ({ text, parent: (await other()).ds })),
    signed('ds-without-key', ['ds-without-key'], async ({ text, ds, other }) => ({
      text,
      parent: [...ds, ...(await other()).ds],
    })),
    signed('ds-unsupported', ['ds-unsupported'], ({ text, ds }) => ({
      text,
      parent: ds.map((line) => line.replace(/ 13 2 /, ' 13 3 ')),
    })),
    signed('ds-differs-between-parents', ['ds-differs-between-parents'], ({ text, ds }) => ({
      text,
      parent: ds,
      otherParent: [],
    })),
    signed('dnskey-missing', ['dnskey-missing'], ({ text, ds }) => ({ text, parent: ds, bind: [...NS, NS1] })),
    signed('dnskey-not-signed', ['dnskey-not-signed'], ({ text, ds }) => ({
      text: text.filter((line) => !/\sRRSIG\s+DNSKEY\s/.test(line)),
      parent: ds,
    })),
    signed('dnskey-differs', ['dnskey-differs', 'ds-missing'], async ({ text, other }) => ({
      text,
      bind: (await other()).text,
    })),
  ]);
}

interface Signed {
  readonly text: readonly string[];
  readonly ds: readonly string[];
}

type SignedWords = {
  text: readonly string[];
  parent?: readonly string[];
  otherParent?: readonly string[];
  bind?: readonly string[];
};

type Words = (made: Signed & { other: () => Promise<Signed> }) => SignedWords | Promise<SignedWords>;

async function signed(label: string, finds: FindingName[], words: Words): Promise<Case> {
  const zone = `${label}.test.`;
  const other = () => signOnce(zone);
  const { text, parent = [], otherParent, bind } = await words({ ...(await signOnce(zone)), other });
  return {
    ...WELL,
    zone,
    finds,
    ours: text,
    bind,
    parent: [...WELL.parent, ...parent],
    ...(otherParent === undefined ? {} : { otherParent: [...WELL.parent, ...otherParent] }),
  };
}

async function signOnce(zone: string): Promise<Signed> {
  const signer = await makeSigner('BIND', 'NSEC', zone, ['-O', 'full']);
  try {
    const text = await signer.sign(zoneText(zone, WELL.serial.ours, WELL.ours));
    // One record a line, the SOA of zoneText() stays the only one.
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith(';') && !/\sIN\s+SOA\s/.test(line));
    return { text: lines, ds: signer.ds.trim().split('\n') };
  } finally {
    signer.remove();
  }
}
