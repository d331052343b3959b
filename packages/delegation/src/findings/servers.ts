import type { DelegationFinding, ServerFacts, SoaReply } from '../model.ts';
import { finding, listText, serialOf, serverText, type View } from './view.ts';

/** What each name server answers: at all, with authority, the same as the others. */
export function serverFindings(view: View): DelegationFinding[] {
  const { servers } = view.facts;
  return [...servers.flatMap((server) => oneServer(view, server)), ...serialFindings(view), ...nsFindings(view)];
}

function oneServer(view: View, server: ServerFacts): DelegationFinding[] {
  const { zone } = view.facts;
  const { udp, tcp, name, address } = server;
  const subject = `${name} ${address}`;
  const seen = [`UDP: ${replyText(udp)}`, `TCP: ${replyText(tcp)}`];
  const found: DelegationFinding[] = [];
  const leave = `or take ${name} out of the zone's NS records and at the registrar`;
  if (udp.kind === 'silent')
    found.push(
      finding('unreachable-udp', subject, `${serverText(server)} does not answer over UDP: ${udp.why}`, {
        seen,
        advice: `Start the server, open UDP port 53 to ${address} in every firewall, correct the address; ${leave}.`,
      }),
    );
  if (tcp.kind === 'silent')
    found.push(
      finding('unreachable-tcp', subject, `${serverText(server)} does not answer over TCP: ${tcp.why}`, {
        seen,
        advice: `Open TCP port 53 to ${address} in every firewall and have the server listen there; ${leave}.`,
      }),
    );
  const bad = [udp, tcp].find((reply) => reply.kind === 'answered' && !isGood(reply));
  if (bad !== undefined)
    found.push(
      finding('lame', subject, `${serverText(server)} does not answer for ${zone}: ${replyText(bad)}`, {
        seen,
        advice: `Configure ${zone} on that server and see that it can transfer it (log, acl, key); ${leave}.`,
      }),
    );
  return found;
}

export function isGood(reply: SoaReply): boolean {
  return reply.kind === 'answered' && reply.authoritative && reply.serial !== undefined;
}

export function replyText(reply: SoaReply): string {
  if (reply.kind === 'silent') return reply.why;
  if (isGood(reply)) return `serial ${reply.serial}`;
  const aa = reply.authoritative ? '' : ', not authoritative (no AA)';
  return `${reply.rcode}${reply.serial === undefined ? ' without SOA' : ''}${aa}`;
}

function serialFindings(view: View): DelegationFinding[] {
  const { truth, facts } = view;
  const wanted = truth && serialOf(truth);
  if (truth === undefined || wanted === undefined) return [];
  const whose = truth === facts.primary ? `the primary (${truth.address})` : serverText(truth);
  return facts.servers.flatMap((server) => {
    const serial = serialOf(server);
    if (serial === undefined || serial === wanted) return [];
    const order = ((serial - wanted) | 0) > 0 ? 'ahead of' : 'behind';
    return [
      finding(
        'serial-differs',
        `${server.name} ${server.address}`,
        `${serverText(server)} is ${order} ${whose}: serial ${serial}, not ${wanted}`,
        {
          seen: [`${whose}: serial ${wanted}`, `${serverText(server)}: serial ${serial}`],
          advice:
            order === 'behind'
              ? 'See why it does not transfer: zonewire lag, its log, the acl and key at the primary, TCP port 53 between them.'
              : 'Raise the serial of the primary above it (RFC 1982), or have that server transfer the zone anew.',
        },
      ),
    ];
  });
}

function nsFindings(view: View): DelegationFinding[] {
  const { facts, truth } = view;
  const wanted = serialOrNone(truth);
  // A server with another serial is named for that already.
  const same = facts.servers.filter((server) => server.ns !== undefined && serialOf(server) === wanted);
  const all = truth === facts.primary && truth !== undefined ? [truth, ...same] : same;
  if (new Set(all.map(({ ns }) => listText(ns!))).size <= 1) return [];
  return [
    finding(
      'ns-differs-between-servers',
      facts.zone,
      `servers of ${facts.zone} with one serial have different NS records`,
      {
        seen: all.map((server) => `${serverText(server)}: ${listText(server.ns!)}`),
        advice:
          'Transfer the zone anew (zonewire zone retransfer) on the one that is wrong, and see where it takes it from.',
      },
    ),
  ];
}

function serialOrNone(server: ServerFacts | undefined): number | undefined {
  return server && serialOf(server);
}
