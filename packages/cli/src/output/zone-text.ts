import type { ReplicaLag, SerialAt, ZoneStatus } from '@zonewire/nameserver';
import type { ReplicaView } from '@zonewire/replicas';
import type { NodeZoneStatus } from '../control/ports.ts';
import { printable, stateStyle, styled, type Terminal, table } from './terminal.ts';
import { count, duration, octets, relative, when } from './time.ts';

/** `zone list`: one line a zone. */
export function zoneTable(zones: readonly NodeZoneStatus[], terminal: Terminal, now: number): string {
  if (zones.length === 0) return 'this node has no zones\n';
  const header = ['ZONE', 'ROLE', 'STATE', 'SERIAL', 'RECORDS', 'REFRESH', 'EXPIRES', 'NOTE'];
  const body = zones.map((zone) => [
    printable(zone.zone),
    zone.role,
    styled(terminal, stateStyle(zone.state), zone.state),
    String(zone.served?.serial ?? '-'),
    zone.records === undefined ? '-' : zone.records.toLocaleString('en-US'),
    zone.refreshing ? 'now' : zone.refreshAt === undefined ? '-' : relative(zone.refreshAt, now),
    zone.expireAt === undefined ? '-' : relative(zone.expireAt, now),
    printable(shortNote(zone)),
  ]);
  return table([header.map((cell) => styled(terminal, 'bold', cell)), ...body]);
}

function shortNote(zone: NodeZoneStatus): string {
  if (zone.health !== undefined && !['in-sync', 'unknown'].includes(zone.health.state))
    return `${zone.health.state}: ${zone.health.reason}`;
  if (zone.state !== 'serving' && zone.lastError) return zone.lastError.message;
  const waiting = (zone.notify ?? []).filter((replica) => replica.state !== 'in-sync').length;
  if (waiting > 0) return `${count(waiting, 'secondary', 'secondaries')} not in sync`;
  return zone.lastError ? `last error: ${zone.lastError.message}` : '';
}

/** `zone status`: everything known of one zone. Times relative and absolute. */
export function zoneDetails(zone: NodeZoneStatus, terminal: Terminal, now: number): string {
  const rows: string[][] = [
    ['zone', printable(zone.zone)],
    ['role', zone.role],
    ['state', styled(terminal, stateStyle(zone.state), zone.state)],
  ];
  const add = (label: string, text: string | undefined) => {
    if (text !== undefined) rows.push([label, printable(text)]);
  };
  if (zone.health !== undefined) {
    const { state, reason, next } = zone.health;
    rows.push(['health', `${styled(terminal, stateStyle(state), state)}: ${printable(reason)}`]);
    if (next !== '') add('', next);
  }
  if (zone.records !== undefined)
    add('holds', `${count(zone.records, 'record')}${zone.bytes === undefined ? '' : `, ${octets(zone.bytes)}`}`);
  add('notified', serialText(zone.notified, now));
  add('received', serialText(zone.received, now));
  add('served', serialText(zone.served, now) ?? 'nothing: queries get SERVFAIL');
  if (zone.role === 'secondary') {
    add(
      'next refresh',
      zone.refreshing ? 'under way' : zone.refreshAt === undefined ? 'not planned' : when(zone.refreshAt, now),
    );
    if (zone.expireAt !== undefined) add(zone.expireAt > now ? 'expires' : 'expired', when(zone.expireAt, now));
  }
  add('last check', checkText(zone, now));
  add('last transfer', transferText(zone, now) ?? (zone.role === 'secondary' ? 'none' : undefined));
  add(
    'last error',
    zone.lastError ? `${zone.lastError.message} [${zone.lastError.code}], ${when(zone.lastError.at, now)}` : 'none',
  );
  for (const warning of zone.warnings ?? []) add('warning', warning);
  for (const primary of zone.primaries ?? []) {
    const error = primary.lastError ? `: ${primary.lastError.message}, ${relative(primary.lastError.at, now)}` : '';
    add('primary', `${primary.id} ${primary.address} ${primary.state}${error}`);
  }
  for (const replica of zone.notify ?? []) {
    const [line, next] = replicaText(replica, now);
    add('secondary', line);
    add('to do', next);
    add('its copy', comparisonText(replica, now));
  }
  add('verification', verificationText(zone, now));
  add('delegation', delegationText(zone, now));
  add('journal', journalText(zone));
  add('file', fileText(zone, now));
  return table(rows);
}

function serialText(value: SerialAt | undefined, now: number): string | undefined {
  return value && `serial ${value.serial}, ${when(value.at, now)}`;
}

function checkText({ lastCheck }: ZoneStatus, now: number): string | undefined {
  if (!lastCheck) return undefined;
  const serial = lastCheck.serial === undefined ? '' : `serial ${lastCheck.serial}, `;
  return `${serial}${lastCheck.result}, from ${lastCheck.from}, ${when(lastCheck.at, now)}`;
}

function transferText({ lastTransfer }: ZoneStatus, now: number): string | undefined {
  if (!lastTransfer) return undefined;
  const { type, fromSerial, toSerial, from, records, bytes, ms, at } = lastTransfer;
  const serials = fromSerial === undefined ? `serial ${toSerial}` : `serial ${fromSerial} to ${toSerial}`;
  return `${type.toUpperCase()} ${serials} from ${from}: ${count(records, 'record')}, ${count(bytes, 'byte')} in ${duration(ms)}, ${when(at, now)}`;
}

/** One line; where it is not in sync, a second one with what to do. */
function replicaText(replica: ReplicaLag & Partial<ReplicaView>, now: number): string[] {
  const { health, expiry, id, address, state } = replica;
  const words = state === 'in-sync' ? 'lag' : 'behind for';
  const lag = replica.lagMs === undefined ? '' : `, ${words} ${duration(replica.lagMs)}`;
  const serial = replica.serial === undefined ? '' : `, serial ${replica.serial}`;
  const expires = expiry === undefined || expiry.fraction < 0.5 ? '' : `, expires ${relative(expiry.at, now)}`;
  const trouble =
    health === undefined ? replica.lastError : state === 'in-sync' && health.next === '' ? '' : health.reason;
  const line = `${id} ${address} ${health?.state ?? state}${serial}${lag}${expires}${trouble ? `: ${trouble}` : ''}`;
  return health === undefined || health.next === '' ? [line] : [line, `${id}: ${health.next}`];
}

/** What its copy was found to be; that one differs is its health. */
function comparisonText({ id, comparison }: ReplicaLag & Partial<ReplicaView>, now: number): string | undefined {
  if (comparison === undefined || comparison.result === 'receipts') return undefined;
  const { result, reason, serial, at, nextAt } = comparison;
  const words = COMPARED[result] ?? 'not compared';
  const of = serial === undefined ? '' : ` (serial ${serial})`;
  const next = nextAt === undefined ? 'again only by zonewire zone compare' : `again ${relative(nextAt, now)}`;
  return `${id}: ${words}${of}: ${reason}; ${when(at, now)}, ${next}`;
}

const COMPARED: Readonly<Record<string, string>> = {
  same: 'has our content',
  different: 'differs',
  refused: 'cannot be compared',
  failed: 'could not be compared',
};

function verificationText({ verification }: ZoneStatus, now: number): string | undefined {
  if (!verification) return undefined;
  const { zonemd, dnssec, signaturesExpireAt, serial, ms, at } = verification;
  const verdicts = [zonemd && `ZONEMD ${zonemd}`, dnssec && `DNSSEC ${dnssec}`].filter(Boolean);
  const until = signaturesExpireAt === undefined ? '' : `, first signature expires ${when(signaturesExpireAt, now)}`;
  return `${verdicts.join(', ') || 'failed'}${until}; serial ${serial}, in ${duration(ms)}, ${when(at, now)}`;
}

function delegationText({ zone, delegation }: ZoneStatus, now: number): string | undefined {
  if (!delegation) return undefined;
  const { errors, warnings, notices, at } = delegation;
  const counts = [count(errors, 'error'), count(warnings, 'warning'), count(notices, 'notice')];
  const found = counts.filter((_, i) => [errors, warnings, notices][i] > 0);
  const words = found.length === 0 ? 'fine' : `${found.join(', ')} (zonewire delegation check ${zone})`;
  return `${words}, checked ${when(at, now)}`;
}

function journalText({ journal }: ZoneStatus): string | undefined {
  if (!journal) return undefined;
  const reach = journal.oldestSerial === undefined ? 'no IXFR yet' : `IXFR from serial ${journal.oldestSerial} on`;
  return `${count(journal.depth, 'change')}, ${octets(journal.bytes)}, ${reach}`;
}

function fileText({ file }: ZoneStatus, now: number): string | undefined {
  if (!file) return undefined;
  const updates = file.dynamicUpdatesSince;
  const since = updates === 0 ? '' : `, ${count(updates, 'dynamic update')} since (not in the file)`;
  return `${file.path}, serial ${file.serial} there, read ${when(file.loadedAt, now)}${since}`;
}
