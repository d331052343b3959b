import type { DelegationFinding } from '../model.ts';
import { finding, listText, serverText, union, type View } from './view.ts';

/** The delegation against the secondaries that the configuration names. */
export function configuredFindings(view: View): DelegationFinding[] {
  const { facts, delegations } = view;
  const { secondaries, own = [], servers, zone } = facts;
  if (secondaries === undefined || secondaries.length === 0 || delegations.length === 0) return [];
  const asked = new Set(servers.map(({ address }) => address));
  const notified = new Set(union(secondaries.map(({ addresses }) => addresses)));
  const known = `name servers: ${listText([...asked])}`;
  return [
    ...secondaries
      .filter(({ addresses }) => !addresses.some((address) => asked.has(address)))
      .map(({ id, addresses }) =>
        finding('secondary-not-delegated', id, `the secondary ${id} of ${zone} is none of its name servers`, {
          seen: [`notified at: ${listText(addresses)}`, known],
          advice: 'If the world is to ask it, give the zone an NS record for its name and enter it at the registrar.',
        }),
      ),
    ...servers
      .filter(({ address }) => !notified.has(address) && !own.includes(address))
      .map((server) =>
        finding(
          'delegated-not-configured',
          `${server.name} ${server.address}`,
          `${serverText(server)} serves ${zone} for the world and is not notified from here`,
          {
            seen: [known, `notified: ${listText([...notified])}`],
            advice: 'Add it to the remotes and to notify of the zone, unless another server notifies it.',
          },
        ),
      ),
  ];
}
