import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaPage, ReplicaView } from '@zonewire/replicas';
import { zoneToSegment } from '../control/zone-segment.ts';
import { printable, stateStyle, styled, type Terminal, table } from '../output/terminal.ts';
import { duration, relative } from '../output/time.ts';
import { ASKING_OPTIONS, type Command, EXIT, type Invocation, printJson } from './command.ts';
import { type ControlClient, controlClient } from './control-client.ts';

/** Zones read at a time. */
const PAGE = 1_000;

interface Row {
  readonly zone: string;
  readonly served?: number;
  readonly replica: ReplicaView;
}

export const lag: Command = {
  name: 'lag',
  summary: 'show how far behind each secondary is, as its primary sees it',
  arguments: '[ZONE]',
  options: {
    watch: { type: 'boolean', short: 'w', help: 'show again every second until interrupted' },
    ...ASKING_OPTIONS,
  },
  example: 'zonewire lag example.test.',
  details:
    'in-sync: LAG is the time from the commit here until the secondary was seen to answer with it.\n' +
    'behind: LAG is the time since the oldest commit that it lacks. Below the table: what to do about those not in sync.\n' +
    'Exit code 1 unless every secondary is in sync. With -o json, --watch prints one line of JSON every second.',
  async run(invocation) {
    const client = await controlClient(invocation);
    if (invocation.options.watch === true) return watch(invocation, client);
    const rows = await readRows(client, invocation.positionals[0]);
    if (invocation.json) printJson(invocation, rows.map(flat));
    else invocation.terminal.out(lagTable(rows, invocation.terminal, invocation.now()));
    return rows.every(({ replica }) => replica.health.state === 'in-sync' && replica.state === 'in-sync')
      ? EXIT.FINE
      : EXIT.PROBLEM;
  },
};

async function watch(invocation: Invocation, client: ControlClient): Promise<number> {
  const { terminal } = invocation;
  const clear = terminal.colours ? '\u001b[H\u001b[2J' : '';
  for (;;) {
    const rows = await readRows(client, invocation.positionals[0]);
    if (invocation.json) terminal.out(`${JSON.stringify(rows.map(flat))}\n`);
    else terminal.out(`${clear}${lagTable(rows, terminal, invocation.now())}${clear ? '' : '\n'}`);
    await sleep(1000);
  }
}

async function readRows(client: ControlClient, zone: string | undefined): Promise<Row[]> {
  if (zone !== undefined) {
    const one = await client.get<{ zone: string; serial?: number; replicas: ReplicaView[] }>(
      `/api/v1/zones/${zoneToSegment(zone)}/replicas`,
    );
    return one.replicas.map((replica) => ({ zone: one.zone, served: one.serial, replica }));
  }
  const rows: Row[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { total, zones } = await client.get<ReplicaPage>(`/api/v1/replicas?offset=${offset}&limit=${PAGE}`);
    for (const { zone, serial, replicas } of zones)
      for (const replica of replicas) rows.push({ zone, served: serial, replica });
    if (zones.length === 0 || offset + PAGE >= total) return rows;
  }
}

function flat({ zone, served, replica }: Row) {
  return { zone, served, ...replica };
}

function lagTable(rows: readonly Row[], terminal: Terminal, now: number): string {
  if (rows.length === 0) return 'nobody is notified from here; ask the primary of the zone (its zones have "notify")\n';
  const header = ['ZONE', 'SECONDARY', 'ADDRESS', 'HEALTH', 'LAG', 'SERIAL', 'HERE', 'NOTE'];
  const body = rows.map(({ zone, served, replica }) => [
    printable(zone),
    replica.id,
    replica.address,
    styled(terminal, stateStyle(replica.health.state), replica.health.state),
    replica.lagMs === undefined ? '-' : duration(replica.lagMs),
    String(replica.serial ?? '-'),
    String(served ?? '-'),
    printable(note(replica, now)),
  ]);
  return `${table([header.map((cell) => styled(terminal, 'bold', cell)), ...body])}${whatToDo(rows)}`;
}

/** Each next step once: a secondary that is down is down for a thousand zones. */
function whatToDo(rows: readonly Row[]): string {
  const steps = new Map<string, Row[]>();
  for (const row of rows) {
    const { next } = row.replica.health;
    if (next !== '') steps.set(next, [...(steps.get(next) ?? []), row]);
  }
  return Array.from(steps, ([next, [first, ...more]]) => {
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return printable(`${first.replica.id} ${first.zone}${others}: ${next}`).concat('\n');
  }).join('');
}

function note({ health, state, servedAt, nodes, skewMs }: ReplicaView, now: number): string {
  const seen = state === 'in-sync' && servedAt !== undefined ? [`seen ${relative(servedAt, now)}`] : [];
  const several = nodes !== undefined && nodes.length > 1 ? [`${nodes.length} nodes`] : [];
  const clock =
    skewMs !== undefined && Math.abs(skewMs) >= 1_000 ? [`its clock is ${duration(Math.abs(skewMs))} off`] : [];
  if (health.state === 'in-sync' && state === 'in-sync') return [...seen, ...several, ...clock].join(', ');
  return [health.reason, ...several, ...clock].join(' ');
}
