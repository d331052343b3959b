import type { ZoneStatus } from '@zonewire/nameserver';
import type { ReplicaView } from '@zonewire/replicas';
import type { ActionOutcome, ReloadReport } from '../control/ports.ts';
import { zoneToSegment } from '../control/zone-segment.ts';
import { printable } from '../output/terminal.ts';
import { zoneDetails, zoneTable } from '../output/zone-text.ts';
import {
  ASKING_OPTIONS,
  CLIENT_OPTIONS,
  type Command,
  CommandError,
  EXIT,
  type Invocation,
  printJson,
  stringOption,
  zoneArgument,
} from './command.ts';
import { type ControlClient, controlClient } from './control-client.ts';

export const zoneList: Command = {
  name: 'zone list',
  summary: 'list the zones of a node',
  arguments: '',
  options: {
    role: { type: 'string', value: 'ROLE', help: 'only primary or secondary zones' },
    state: { type: 'string', value: 'STATE', help: 'only zones that are serving, loading, expired, frozen or failed' },
    ...ASKING_OPTIONS,
  },
  example: 'zonewire zone list --state failed',
  async run(invocation) {
    const client = await controlClient(invocation);
    const query = new URLSearchParams();
    for (const key of ['role', 'state']) {
      const value = stringOption(invocation, key);
      if (value !== undefined) query.set(key, value);
    }
    const { zones } = await client.get<{ zones: ZoneStatus[] }>(`/api/v1/zones?${query}`);
    if (invocation.json) printJson(invocation, zones);
    else invocation.terminal.out(zoneTable(zones, invocation.terminal, invocation.now()));
    return EXIT.FINE;
  },
};

export const zoneStatus: Command = {
  name: 'zone status',
  summary: 'show everything known of one zone: serials, timers, last transfer, last error',
  arguments: 'ZONE',
  options: ASKING_OPTIONS,
  example: 'zonewire zone status example.test.',
  details:
    'notified: the newest serial a NOTIFY told of; received: the newest one transferred or loaded; served: what is answered.\n' +
    'Exit code 1 when the zone is failed or expired.',
  async run(invocation) {
    const client = await controlClient(invocation);
    const segment = segmentOf(invocation);
    const status = await client.get<ZoneStatus>(`/api/v1/zones/${segment}`);
    const zone = status.notify === undefined ? status : { ...status, notify: await replicasOf(client, segment) };
    if (invocation.json) printJson(invocation, zone);
    else invocation.terminal.out(zoneDetails(zone, invocation.terminal, invocation.now()));
    return zone.state === 'failed' || zone.state === 'expired' ? EXIT.PROBLEM : EXIT.FINE;
  },
};

async function replicasOf(client: ControlClient, segment: string): Promise<ReplicaView[]> {
  return (await client.get<{ replicas: ReplicaView[] }>(`/api/v1/zones/${segment}/replicas`)).replicas;
}

export const zoneExport: Command = {
  name: 'zone export',
  summary: 'print a zone as it is served now, as zone-file text',
  arguments: 'ZONE',
  options: CLIENT_OPTIONS,
  example: 'zonewire zone export example.test. > example.test.zone',
  async run(invocation) {
    const client = await controlClient(invocation);
    const text = await client.stream(`/api/v1/zones/${segmentOf(invocation)}/export`);
    const decoder = new TextDecoder();
    try {
      for await (const chunk of text) invocation.terminal.out(decoder.decode(chunk, { stream: true }));
    } catch {
      throw new CommandError(
        EXIT.PROBLEM,
        'export-cut',
        'the node ended the connection; what was printed is not the whole zone',
      );
    }
    return EXIT.FINE;
  },
};

export const zoneReload: Command = {
  name: 'zone reload',
  summary: 'read a zone file again; without ZONE: the configuration and every changed zone file',
  arguments: '[ZONE]',
  options: {
    'discard-updates': {
      type: 'boolean',
      help: 'take the file even where that loses dynamic updates made since it was last read',
    },
    ...ASKING_OPTIONS,
  },
  example: 'zonewire zone reload example.test.',
  details:
    'A broken file is refused with its line, and the version served stays. Without ZONE it does what SIGHUP does.',
  async run(invocation) {
    if (invocation.positionals.length > 0) {
      const body = { discardUpdates: invocation.options['discard-updates'] === true };
      return act(invocation, 'reload', body);
    }
    const client = await controlClient(invocation);
    const report = await client.post<ReloadReport>('/api/v1/node/reload');
    if (invocation.json) printJson(invocation, report);
    else printReport(invocation, report);
    return report.failed.length > 0 ? EXIT.PROBLEM : EXIT.FINE;
  },
};

function printReport({ terminal }: Invocation, report: ReloadReport): void {
  const lines = [
    ...report.added.map((zone) => `${zone}: added`),
    ...report.removed.map((zone) => `${zone}: removed`),
    ...report.reconfigured.map((zone) => `${zone}: new settings`),
    ...report.reloaded.map(({ zone, message }) => `${zone}: ${message}`),
    ...report.needRestart.map((what) => `${what} changed: takes effect at the next start`),
  ];
  terminal.out(`${lines.length > 0 ? lines.map(printable).join('\n') : 'nothing has changed'}\n`);
  for (const { zone, message } of report.failed) terminal.err(printable(`${zone}: ${message}`).concat('\n'));
}

function actionCommand(action: string, summary: string, details?: string): Command {
  return {
    name: `zone ${action}`,
    summary,
    arguments: 'ZONE',
    options: ASKING_OPTIONS,
    example: `zonewire zone ${action} example.test.`,
    ...(details === undefined ? {} : { details }),
    run: (invocation) => act(invocation, action),
  };
}

export const zoneActions: readonly Command[] = [
  actionCommand('refresh', 'secondary: ask the primaries for their serial now, and transfer if it is newer'),
  actionCommand('retransfer', 'secondary: transfer the whole zone now, whatever its serial'),
  actionCommand('notify', 'send NOTIFY to every configured target now'),
  actionCommand(
    'freeze',
    'primary: refuse dynamic updates until thaw',
    'Before editing the file of a zone that is also updated dynamically: freeze writes the zone over its file; edit that, then thaw.',
  ),
  actionCommand('thaw', 'primary: accept dynamic updates again'),
];

async function act(invocation: Invocation, action: string, body?: object): Promise<number> {
  const client = await controlClient(invocation);
  const outcome = await client.post<ActionOutcome & { zone: string }>(
    `/api/v1/zones/${segmentOf(invocation)}/${action}`,
    body,
  );
  if (invocation.json) printJson(invocation, outcome);
  else invocation.terminal.out(`${printable(`${outcome.zone}: ${outcome.message}`)}\n`);
  return EXIT.FINE;
}

function segmentOf(invocation: Invocation): string {
  return zoneToSegment(zoneArgument(invocation));
}
