import type { NodeInfo, RedisStatus } from '../control/ports.ts';
import { printable, stateStyle, styled, type Terminal, table } from '../output/terminal.ts';
import { absolute, count, duration, when } from '../output/time.ts';
import { ASKING_OPTIONS, type Command, EXIT, type Invocation, printJson } from './command.ts';
import { controlClient } from './control-client.ts';

/** `answers for 3 h (site fra, redis://…)` */
function redisLine({ state, since, site, url, trouble, lost }: RedisStatus, { now, terminal }: Invocation) {
  const style = state === 'lost' ? 'red' : 'green';
  const why = trouble === undefined ? '' : ` (${printable(trouble)}): timers run in this node`;
  const times = lost > 0 ? `, lost ${count(lost, 'time')} since the start` : '';
  const words = `${styled(terminal, style, state)} for ${duration(now() - since)}${why}`;
  return ['redis', `${words}, site ${site}, ${printable(url)}${times}`];
}

interface Node extends NodeInfo {
  readonly zones: Readonly<Record<string, number>>;
  /** Zones that it is secondary for, by health. */
  readonly health: Readonly<Record<string, number>>;
  /** Zone × secondary by health. */
  readonly replicas: Readonly<Record<string, number>>;
}

function byState(counts: Readonly<Record<string, number>>, terminal: Terminal): string {
  return Object.entries(counts)
    .map(([state, number]) => `${number} ${styled(terminal, stateStyle(state), state)}`)
    .join(', ');
}

export const nodeStatus: Command = {
  name: 'node status',
  summary: 'show what a node is, where it listens, and its zones by state',
  arguments: '',
  options: ASKING_OPTIONS,
  example: 'zonewire node status --control http://127.0.0.1:8054',
  details: 'Exit code 1 when a zone failed or expired.',
  async run(invocation) {
    const { terminal } = invocation;
    const client = await controlClient(invocation);
    const node = await client.get<Node>('/api/v1/node');
    const bad = (node.zones.failed ?? 0) + (node.zones.expired ?? 0) > 0;
    if (invocation.json) {
      printJson(invocation, node);
      return bad ? EXIT.PROBLEM : EXIT.FINE;
    }
    const total = Object.values(node.zones).reduce((sum, number) => sum + number, 0);
    terminal.out(
      table([
        ['node', printable(node.identity)],
        ['version', `Zonewire ${node.version}, Node.js ${node.runtime}, pid ${node.pid}`],
        ['up', `${duration(invocation.now() - node.startedAt)} (since ${absolute(node.startedAt)})`],
        ['dns', node.listen.join(', ')],
        ['control', client.url.replace(/\/$/, '')],
        ['configuration', `${printable(node.configFile)}, read ${when(node.configuredAt, invocation.now())}`],
        ['data', printable(node.dataDir)],
        ...(node.redis === undefined ? [] : [redisLine(node.redis, invocation)]),
        ['zones', `${count(total, 'zone')}${total > 0 ? `: ${byState(node.zones, terminal)}` : ''}`],
        ...(Object.keys(node.health).length === 0 ? [] : [['own health', byState(node.health, terminal)]]),
        ...(Object.keys(node.replicas).length === 0 ? [] : [['secondaries', byState(node.replicas, terminal)]]),
      ]),
    );
    return bad ? EXIT.PROBLEM : EXIT.FINE;
  },
};
