import { rdataFromText, TYPE } from '@zonewire/shared-protocol';
import type { DelegationFinding, HostFacts } from '../model.ts';
import { nsLine } from './registrar.ts';
import { finding, listText, union, type View } from './view.ts';

/** How many there are, and where they stand (RFC 2182 3). */
export function networkFindings(view: View): DelegationFinding[] {
  const { delegations, delegated, apex, facts } = view;
  if (delegations.length === 0) return [];
  const addresses = union(
    delegated.map((name) => {
      const glue = delegations.flatMap(({ says }) => says.glue.filter((one) => one.name === name));
      return [...(view.host(name)?.addresses ?? []), ...glue.map(({ address }) => address)];
    }),
  );
  const isUnknown = (host: HostFacts | undefined) => host?.addresses === undefined || host.alias !== undefined;
  const unknown = delegated.some((name) => isUnknown(view.host(name)));
  if (delegated.length < 2 || (addresses.length < 2 && !unknown)) {
    const others = (apex ?? []).filter((name) => !delegated.includes(name));
    return [
      finding(
        'fewer-than-two',
        facts.zone,
        `${facts.zone} has ${delegated.length < 2 ? `${delegated.length} name server` : 'one address for all its name servers'} at the parent`,
        {
          seen: [`name servers: ${listText(delegated)}`, `addresses: ${listText(addresses)}`],
          advice: 'Enter a second name server in another network, and give the zone an NS record for it.',
          enter: others.map(nsLine),
        },
      ),
    ];
  }
  const networks = new Set(addresses.map(networkOf));
  if (unknown || networks.size > 1) return [];
  return [
    finding('one-network', facts.zone, `all name servers of ${facts.zone} are in ${[...networks][0]}`, {
      seen: [`addresses: ${listText(addresses)}`],
      advice: 'Place one of the name servers in another network, best with another provider.',
    }),
  ];
}

/** `192.0.2.0/24`, `2001:db8:1::/48` */
export function networkOf(address: string): string {
  if (!address.includes(':')) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const rdata = rdataFromText(TYPE.AAAA, address);
  if (!rdata.ok) return address;
  const [a, b, c] = [0, 2, 4].map((i) => ((rdata.value[i] << 8) | rdata.value[i + 1]).toString(16));
  return `${a}:${b}:${c}::/48`;
}
