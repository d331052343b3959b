import type { DelegationFinding, DelegationReport, ServerRow, Severity } from '@zonewire/delegation';
import { printable, styled, type Terminal, table } from './terminal.ts';
import { count } from './time.ts';

const COLOURS = { error: 'red', warning: 'yellow', notice: 'cyan' } as const;

/** `delegation check`: name servers, findings, and what belongs at the registrar. */
export function delegationText(report: DelegationReport, terminal: Terminal): string {
  const { zone, parent, findings, servers } = report;
  const title = `${zone}${parent === undefined ? '' : `, delegated by ${parent}`}: ${verdict(report)}`;
  const parts = [styled(terminal, 'bold', printable(title)).concat('\n')];
  if (servers.length > 0) parts.push(serverTable(servers, terminal));
  parts.push(...findings.map((one) => findingText(one, terminal)));
  parts.push(registrarText(report));
  return parts.filter((part) => part !== '').join('\n');
}

function verdict({ findings }: DelegationReport): string {
  if (findings.length === 0) return 'fine';
  const counts = (['error', 'warning', 'notice'] as const).map((severity: Severity) => ({
    severity,
    number: findings.filter((one) => one.severity === severity).length,
  }));
  return counts
    .filter(({ number }) => number > 0)
    .map(({ severity, number }) => count(number, severity))
    .join(', ');
}

function serverTable(servers: readonly ServerRow[], terminal: Terminal): string {
  const isConfigured = servers.some(({ configured }) => configured !== undefined);
  const header = ['NAME SERVER', 'ADDRESS', 'PARENT', 'ZONE', ...(isConfigured ? ['NOTIFIED'] : []), 'UDP', 'TCP'];
  const yes = (value: boolean | undefined) => (value ? 'yes' : '-');
  const body = servers.map((server) => [
    printable(server.name),
    printable(server.address),
    yes(server.parent),
    yes(server.apex),
    ...(isConfigured ? [yes(server.configured)] : []),
    printable(server.udp),
    printable(server.tcp),
  ]);
  return table([header.map((cell) => styled(terminal, 'bold', cell)), ...body]);
}

function findingText({ code, severity, message, seen, advice, enter }: DelegationFinding, terminal: Terminal): string {
  const lines = [
    `${styled(terminal, COLOURS[severity], severity)} ${printable(`${message} [${code}]`)}`,
    ...seen.map((line) => `  seen: ${printable(line)}`),
    `  do: ${printable(advice)}`,
    ...enter.map((line) => `  enter at the registrar: ${printable(line)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function registrarText({ zone, registrar, findings }: DelegationReport): string {
  const { ns, glue, ds } = registrar;
  if (findings.every(({ enter }) => enter.length === 0) || ns.length === 0) return '';
  const lines = [
    ...ns.map((name) => `NS ${name}`),
    ...glue.map(({ name, address }) => `glue ${name} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`),
    ...ds.map((text) => `DS ${text}`),
  ];
  return `All that belongs at the registrar of ${printable(zone)}, as the zone stands now:\n${lines.map((line) => `  ${printable(line)}\n`).join('')}`;
}
