import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplicaLag, ZoneStatus } from '@zonewire/nameserver';
import { zoneToSegment } from '../control/zone-segment.ts';
import { printable, stateStyle, styled, type Terminal, table } from '../output/terminal.ts';
import { duration, relative } from '../output/time.ts';
import { CLIENT_OPTIONS, type Command, EXIT, type Invocation, OUTPUT_OPTION, printJson } from './command.ts';
import { type ControlClient, controlClient } from './control-client.ts';

interface Row {
  readonly zone: string;
  readonly served?: number;
  readonly replica: ReplicaLag;
}

export const lag: Command = {
  name: 'lag',
  summary: 'show how far behind each secondary is, as its primary sees it',
  arguments: '[ZONE]',
  options: {
    watch: { type: 'boolean', short: 'w', help: 'show again every second until interrupted' },
    ...CLIENT_OPTIONS,
    ...OUTPUT_OPTION,
  },
  example: 'zonewire lag example.test.',
  details:
    'in-sync: LAG is the time from the commit here until the secondary was seen to answer with it.\n' +
    'behind: LAG is the time since the oldest commit that it lacks. Exit code 1 unless every secondary is in sync.',
  async run(invocation) {
    const client = await controlClient(invocation);
    if (invocation.options.watch === true && !invocation.json) return watch(invocation, client);
    const rows = await readRows(client, invocation.positionals[0]);
    if (invocation.json)
      printJson(
        invocation,
        rows.map(({ zone, served, replica }) => ({ zone, served, ...replica })),
      );
    else invocation.terminal.out(lagTable(rows, invocation.terminal, invocation.now()));
    return rows.every(({ replica }) => replica.state === 'in-sync') ? EXIT.FINE : EXIT.PROBLEM;
  },
};

async function watch(invocation: Invocation, client: ControlClient): Promise<number> {
  const { terminal } = invocation;
  const clear = terminal.colours ? '\u001b[H\u001b[2J' : '';
  for (;;) {
    const rows = await readRows(client, invocation.positionals[0]);
    terminal.out(`${clear}${lagTable(rows, terminal, invocation.now())}${clear ? '' : '\n'}`);
    await sleep(1000);
  }
}

async function readRows(client: ControlClient, zone: string | undefined): Promise<Row[]> {
  if (zone !== undefined) {
    const one = await client.get<{ zone: string; serial?: number; replicas: ReplicaLag[] }>(
      `/api/v1/zones/${zoneToSegment(zone)}/replicas`,
    );
    return one.replicas.map((replica) => ({ zone: one.zone, served: one.serial, replica }));
  }
  const { zones } = await client.get<{ zones: ZoneStatus[] }>('/api/v1/zones');
  return zones.flatMap(({ zone, served, notify }) =>
    (notify ?? []).map((replica) => ({ zone, served: served?.serial, replica })),
  );
}

function lagTable(rows: readonly Row[], terminal: Terminal, now: number): string {
  if (rows.length === 0) return 'nobody is notified from here; ask the primary of the zone (its zones have "notify")\n';
  const header = ['ZONE', 'SECONDARY', 'ADDRESS', 'STATE', 'LAG', 'SERIAL', 'HERE', 'NOTE'];
  const body = rows.map(({ zone, served, replica }) => [
    printable(zone),
    replica.id,
    replica.address,
    styled(terminal, stateStyle(replica.state), replica.state),
    replica.lagMs === undefined ? '-' : duration(replica.lagMs),
    String(replica.serial ?? '-'),
    String(served ?? '-'),
    printable(note(replica, now)),
  ]);
  return table([header.map((cell) => styled(terminal, 'bold', cell)), ...body]);
}

function note(replica: ReplicaLag, now: number): string {
  if (replica.state === 'in-sync')
    return replica.servedAt === undefined ? '' : `seen ${relative(replica.servedAt, now)}`;
  const behind = replica.serialsBehind === undefined ? [] : [`${replica.serialsBehind} behind`];
  const error = replica.lastError === undefined ? [] : [replica.lastError];
  return [...behind, ...error].join(', ');
}
