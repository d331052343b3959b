import { AT } from './addresses.ts';

/** What a zone under test says, and what is said of it. Lines of zone text, `@` is the zone. */
export interface ZoneWords {
  readonly ours: readonly string[];
  /** Undefined: as ours. Null: it does not have the zone. */
  readonly bind: readonly string[] | null | undefined;
  readonly serial: { readonly ours: number; readonly bind: number };
  /** In `test.`, `@` is the zone. */
  readonly parent: readonly string[];
  /** In the same zone at the second server, where it is not the same. */
  readonly otherParent?: readonly string[];
}

export const NS = ['@ NS ns1', '@ NS ns2.elsewhere.'] as const;
const HOST = `ns1 A ${AT.ours}`;

/** All is well: our node and BIND, in two networks. */
export const WELL: ZoneWords = {
  ours: [...NS, HOST],
  bind: undefined,
  serial: { ours: 7, bind: 7 },
  parent: [...NS, HOST],
};

export function zoneText(zone: string, serial: number, lines: readonly string[]): string {
  return [`$ORIGIN ${zone}`, '$TTL 300', `@ SOA ns1 hostmaster ${serial} 3600 600 86400 60`, ...lines, ''].join('\n');
}

/** `test.` with the delegations of all zones under test. */
export function parentZone(
  delegations: readonly { readonly zone: string; readonly lines: readonly string[] }[],
): string {
  const lines = delegations.flatMap(({ zone, lines }) => [`$ORIGIN ${zone}`, ...lines]);
  const servers = ['@ NS a.nic', '@ NS b.nic', `a.nic A ${AT.firstParent}`, `b.nic A ${AT.secondParent}`];
  return zoneText('test.', 1, [...servers, ...lines]);
}

export const ROOT_ZONE = zoneText('.', 1, [
  '@ NS a.root-servers.',
  `a.root-servers. A ${AT.root}`,
  'test. NS a.nic.test.',
  'test. NS b.nic.test.',
  `a.nic.test. A ${AT.firstParent}`,
  `b.nic.test. A ${AT.secondParent}`,
  'elsewhere. NS ns.elsewhere.',
  `ns.elsewhere. A ${AT.secondParent}`,
  'dead. NS ns.dead.',
  `ns.dead. A ${AT.nobody}`,
  // Its second server is not there; that of `lame.` is, and knows nothing of it.
  'half. NS a.half.',
  'half. NS b.half.',
  `a.half. A ${AT.firstParent}`,
  `b.half. A ${AT.nobody}`,
  'lame. NS a.lame.',
  'lame. NS b.lame.',
  `a.lame. A ${AT.firstParent}`,
  `b.lame. A ${AT.secondParent}`,
]);

export const ELSEWHERE_ZONE = zoneText('elsewhere.', 1, [
  '@ NS ns',
  `ns A ${AT.secondParent}`,
  `ns2 A ${AT.bind}`,
  `ns4 A ${AT.oursToo}`,
  `tcp A ${AT.tcpOnly}`,
  `udp A ${AT.udpOnly}`,
  'alias CNAME ns2',
  'nothing TXT "no address"',
]);

/** A parent of one zone, `under.<name>`, with one server that answers. */
export function smallParent(name: string): string {
  return zoneText(`${name}.`, 1, [
    '@ NS a',
    '@ NS b',
    `a A ${AT.firstParent}`,
    `b A ${name === 'half' ? AT.nobody : AT.secondParent}`,
    'under NS ns1.under',
    'under NS ns2.elsewhere.',
    `ns1.under A ${AT.ours}`,
  ]);
}
