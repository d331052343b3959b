import { isSubdomain, type Name, name } from '@zonewire/shared-protocol';
import type {
  DelegationFacts,
  DelegationFinding,
  HostFacts,
  HostName,
  ParentAnswer,
  ParentFacts,
  ServerFacts,
} from '../model.ts';
import { DELEGATION_FINDINGS, type FindingName } from './registry.ts';

export type Delegation = ParentFacts & { readonly says: Extract<ParentAnswer, { kind: 'delegation' }> };

/** The facts with what every rule wants to know of them. */
export interface View {
  readonly facts: DelegationFacts;
  readonly zone: Name;
  /** Parent servers that told of the delegation. */
  readonly delegations: readonly Delegation[];
  /** NS names at the parent, over all its servers. */
  readonly delegated: readonly HostName[];
  /** The server whose word counts for what the zone holds: the primary, else the one with the newest serial. */
  readonly truth: ServerFacts | undefined;
  /** NS names at the apex, by {@link truth}. */
  readonly apex: readonly HostName[] | undefined;
  host(name: HostName): HostFacts | undefined;
  isInside(name: HostName): boolean;
}

export function viewOf(facts: DelegationFacts): View {
  const zone = name(facts.zone);
  const delegations = facts.parents.filter((parent): parent is Delegation => parent.says.kind === 'delegation');
  const truth = truthOf(facts);
  const hosts = new Map(facts.hosts.map((host) => [host.name, host]));
  return {
    facts,
    zone,
    delegations,
    delegated: union(delegations.map(({ says }) => says.ns)),
    truth,
    apex: truth?.ns,
    host: (host) => hosts.get(host),
    isInside: (host) => isSubdomain(name(host), zone),
  };
}

/** RFC 1982: of authoritative servers that gave their NS records, the one whose serial no other is ahead of. */
function truthOf({ primary, servers }: DelegationFacts): ServerFacts | undefined {
  if (primary?.ns !== undefined) return primary;
  let best: ServerFacts | undefined;
  for (const server of servers) {
    const serial = serialOf(server);
    if (server.ns === undefined || serial === undefined) continue;
    if (best === undefined || ((serial - serialOf(best)!) | 0) > 0) best = server;
  }
  return best;
}

/** The serial answered with authority. */
export function serialOf({ udp, tcp }: ServerFacts): number | undefined {
  for (const reply of [udp, tcp]) {
    if (reply.kind === 'answered' && reply.authoritative && reply.serial !== undefined) return reply.serial;
  }
  return undefined;
}

export function union<T>(lists: readonly (readonly T[])[]): T[] {
  return [...new Set(lists.flat())];
}

/** `ns1.example.test. (192.0.2.1)` */
export function serverText({ name, address }: { name: string; address: string }): string {
  return `${name} (${address})`;
}

export function parentText({ server, address }: ParentFacts): string {
  return server === '' ? `parent ${address}` : `parent ${server} (${address})`;
}

export function listText(values: readonly string[]): string {
  return values.length === 0 ? 'none' : [...values].sort().join(', ');
}

/** Makes a finding with the severity of the registry. */
export function finding(
  code: FindingName,
  subject: string,
  message: string,
  rest: { readonly seen?: readonly string[]; readonly advice: string; readonly enter?: readonly string[] },
): DelegationFinding {
  const { severity } = DELEGATION_FINDINGS[code];
  return { code, severity, subject, message, seen: rest.seen ?? [], advice: rest.advice, enter: rest.enter ?? [] };
}
