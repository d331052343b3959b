import { isSubdomain, type Message, type Name, name, namesEqual, RCODE, TYPE } from '@zonewire/shared-protocol';
import type { HostName, ParentAnswer, ParentFacts } from '../model.ts';
import type { ZoneServer } from './directory.ts';
import type { Questions } from './questions.ts';
import { glueOf, hostName, nsNames, rcodeText, referralOwner } from './records.ts';

/** Asks one server of the parent zone for the delegation: NS by a referral, DS by its answer (RFC 4035 3.1.4.1). */
export async function askParent(
  questions: Questions,
  parent: Name,
  server: ZoneServer,
  zone: Name,
): Promise<ParentFacts> {
  const about = { server: server.name, address: server.to.host };
  const [ns, ds] = await Promise.all([
    questions.ask(server.to, zone, TYPE.NS),
    questions.ask(server.to, zone, TYPE.DS),
  ]);
  if (!ns.ok) return { ...about, says: { kind: 'silent', why: ns.error.message } };
  const dsRecords = ds.ok && ds.value.aa ? questions.records(ds.value.answer, zone, TYPE.DS) : undefined;
  const says = read(
    questions,
    parent,
    zone,
    ns.value,
    dsRecords?.map(({ rdata }) => rdata),
  );
  if (says.kind !== 'delegation' || !isGlueLacking(says, zone)) return { ...about, says };
  // A server may leave glue out of a datagram without saying so; over TCP there is room (RFC 9471 3.1).
  const again = await questions.ask(server.to, zone, TYPE.NS, { transport: 'tcp' });
  return { ...about, says: again.ok ? read(questions, parent, zone, again.value, says.ds) : says };
}

function isGlueLacking({ ns, glue, holdsZone }: ParentAnswer & { kind: 'delegation' }, zone: Name): boolean {
  const lacks = (host: HostName) => isSubdomain(name(host), zone) && !glue.some((one) => one.name === host);
  return !holdsZone && ns.some(lacks);
}

function read(
  questions: Questions,
  parent: Name,
  zone: Name,
  message: Message,
  ds: readonly Uint8Array[] | undefined,
): ParentAnswer {
  const owner = referralOwner(message, zone, parent);
  if (owner !== undefined && namesEqual(owner, zone)) {
    const names = questions.bounded(nsNames(questions.records(message.authority, zone, TYPE.NS)), 'nameServers');
    const glue = glueOf(message, names, parent, questions);
    return { kind: 'delegation', ns: names.map(hostName), glue, ds, holdsZone: false };
  }
  if (owner !== undefined) return { kind: 'lame', why: `it refers to ${hostName(owner)}, which is another zone` };
  const held = message.aa ? nsNames(questions.records(message.answer, zone, TYPE.NS)) : [];
  if (held.length > 0) {
    const ns = questions.bounded(held, 'nameServers').map(hostName);
    return { kind: 'delegation', ns, glue: [], ds, holdsZone: true };
  }
  if (message.aa && message.rcode === RCODE.NXDOMAIN) return { kind: 'no-delegation', why: 'NXDOMAIN' };
  if (message.aa && message.rcode === RCODE.NOERROR) return { kind: 'no-delegation', why: 'no NS records' };
  return { kind: 'lame', why: `${rcodeText(message)}, no referral${message.aa ? '' : ', not authoritative'}` };
}
