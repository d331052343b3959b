import type {
  DelegationFacts,
  DelegationFinding,
  DelegationReport,
  ServerFacts,
  ServerRow,
  Severity,
} from '../model.ts';
import { configuredFindings } from './configured.ts';
import { dnssecFindings } from './dnssec.ts';
import { hostFindings } from './hosts.ts';
import { networkFindings } from './networks.ts';
import { parentFindings } from './parents.ts';
import { registrarEntry } from './registrar.ts';
import { replyText, serverFindings } from './servers.ts';
import { finding, serialOf, type View, viewOf } from './view.ts';

/** A report is kept and sent: what hostile answers put into it has an end. */
export const REPORT_BOUNDS = { findings: 100, lines: 16, octets: 400 } as const;

const ORDER: readonly Severity[] = ['error', 'warning', 'notice'];

/** Facts in, findings out; the worst first. Nothing is asked here. */
export function judge(facts: DelegationFacts): DelegationReport {
  const view = viewOf(facts);
  const findings = [
    ...parentFindings(view),
    ...hostFindings(view),
    ...serverFindings(view),
    ...dnssecFindings(view),
    ...networkFindings(view),
    ...configuredFindings(view),
    ...facts.cut.map(({ limit, message }) => incomplete(limit, message)),
  ]
    .sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
    .slice(0, REPORT_BOUNDS.findings)
    .map(bounded);
  return {
    zone: facts.zone,
    at: facts.at,
    ...(facts.parent === undefined ? {} : { parent: facts.parent }),
    state: findings[0]?.severity ?? 'fine',
    findings,
    registrar: registrarEntry(view),
    servers: rows(view),
  };
}

function bounded(one: DelegationFinding): DelegationFinding {
  const { lines } = REPORT_BOUNDS;
  const more = one.seen.length - lines;
  const seen = one.seen.slice(0, lines).map(shortened);
  return { ...one, message: shortened(one.message), seen: more > 0 ? [...seen, `… and ${more} more`] : seen };
}

function shortened(text: string): string {
  const { octets } = REPORT_BOUNDS;
  return text.length > octets ? `${text.slice(0, octets)}…` : text;
}

function incomplete(limit: string, message: string): DelegationFinding {
  return finding('check-incomplete', limit, message, {
    advice: 'See why there are so many, or why answers take so long; a limit protects this node from hostile answers.',
  });
}

function rows(view: View): ServerRow[] {
  const { facts, delegated, apex } = view;
  const notified = facts.secondaries && new Set(facts.secondaries.flatMap(({ addresses }) => addresses));
  const row = (server: ServerFacts): ServerRow => {
    const serial = serialOf(server);
    return {
      name: server.name,
      address: server.address,
      parent: delegated.includes(server.name),
      apex: apex?.includes(server.name) ?? false,
      ...(notified === undefined ? {} : { configured: notified.has(server.address) }),
      udp: replyText(server.udp),
      tcp: replyText(server.tcp),
      ...(serial === undefined ? {} : { serial }),
    };
  };
  return [...(facts.primary === undefined ? [] : [facts.primary]), ...facts.servers].map(row);
}
