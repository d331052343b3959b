import { once } from 'node:events';
import { connect } from 'node:net';
import type { QueueEntry, ReplicaPage, ReplicaView } from '@zonewire/replicas';
import { CLASS, encodeMessage, name, signMessage, TYPE } from '@zonewire/shared-protocol';
import {
  eventually,
  freePort,
  type Peer,
  type PeerKey,
  run,
  startBind,
  startNsd,
  withLength,
  ZonewireNode,
} from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const secret = (text: string) => Buffer.from(text.padEnd(32, '!')).toString('base64');
const KEY: PeerKey = { name: 'xfr.', algorithm: 'hmac-sha256', secret: secret('the right one') };
const OTHER_SECRET: PeerKey = { ...KEY, secret: secret('another one') };
const UNKNOWN: PeerKey = { name: 'unknown.', algorithm: 'hmac-sha256', secret: secret('never heard of') };

/** At the far end of this network, which the test makes, is a secondary behind a firewall. */
const NETNS = `zw-likely-${process.pid}`;
const [NEAR, FAR] = [`zwl${process.pid}`, `zwm${process.pid}`];
const [HERE, THERE] = ['198.18.77.1', '198.18.77.2'];

/** Every zone has a fault of its own; what the primary has to say of it. */
const FAULTS = [
  {
    zone: 'acl.test.',
    fault: 'no acl lets it transfer',
    reason: /asks for the transfer from 127\.0\.0\.1 without a key, and no acl here allows that/,
    next: /Add 127\.0\.0\.1 to an acl of acl\.test\./,
  },
  {
    zone: 'badsig.test.',
    fault: 'another secret under the same name (RFC 8945 5.2.2)',
    reason: /BADSIG/,
    next: /the same secret/,
  },
  {
    zone: 'badkey.test.',
    fault: 'a key that is not known here (RFC 8945 5.2.1)',
    reason: /BADKEY/,
    next: /the same name/,
  },
  {
    zone: 'badtime.test.',
    fault: 'a clock that is an hour late (RFC 8945 5.2.3)',
    reason: /BADTIME.*clocks/,
    next: /NTP/,
  },
  {
    zone: 'elsewhere.test.',
    fault: 'another primary is configured there',
    reason: /does not ask us for the zone, though it asks for others/,
    next: /its primary for elsewhere\.test\. is an address of this server/,
  },
  {
    zone: 'firewall.test.',
    fault: 'TCP to the primary is dropped, UDP passes',
    reason: /acknowledges NOTIFY but opens no TCP connection/,
    next: /firewall/,
  },
] as const;

describe('a secondary that acknowledges NOTIFY and does not fetch is named with the reason', () => {
  let primary: ZonewireNode;
  let bind: Peer;
  let nsd: Peer;

  beforeAll(async () => {
    const [port, bindPort, nowhere] = [await freePort(), await freePort(), await freePort()];
    await makeNetwork(port);
    const remotes: { id: string; address: string[] }[] = [
      { id: 'bind', address: [`127.0.0.1:${bindPort}`] },
      { id: 'nsd', address: [`${THERE}:53`] },
    ];
    primary = await ZonewireNode.start({
      port,
      server: { listen: [`127.0.0.1:${port}`, `${HERE}:${port}`] },
      allow: ['127.0.0.1', THERE],
      keys: [KEY],
      namedRemotes: remotes,
      zones: FAULTS.map(({ zone }) => ({
        name: zone,
        text: sampleZone(1, '', zone),
        settings: {
          notify: [zone === 'firewall.test.' ? 'nsd' : 'bind'],
          ...(zone === 'acl.test.' ? { acl: [] } : {}),
        },
      })),
    });
    const ours = [{ host: '127.0.0.1', port }];
    const another = [{ host: '127.0.0.1', port: nowhere }];
    bind = await startBind({
      port: bindPort,
      keys: [OTHER_SECRET, UNKNOWN],
      zones: [
        { name: 'acl.test.', primaries: ours },
        { name: 'badsig.test.', primaries: ours, key: OTHER_SECRET },
        { name: 'badkey.test.', primaries: ours, key: UNKNOWN },
        { name: 'badtime.test.', primaries: another },
        { name: 'elsewhere.test.', primaries: another },
      ],
    });
    nsd = await startNsd({
      host: THERE,
      port: 53,
      netns: NETNS,
      zones: [{ name: 'firewall.test.', primaries: [{ host: HERE, port }] }],
    });
  }, 120_000);

  afterAll(async () => {
    await nsd?.remove();
    await bind?.remove();
    await primary?.remove();
    await run('ip', ['netns', 'del', NETNS]);
  });

  async function makeNetwork(port: number): Promise<void> {
    await run('ip', ['netns', 'add', NETNS]);
    await run('ip', ['link', 'add', NEAR, 'type', 'veth', 'peer', 'name', FAR]);
    await run('ip', ['link', 'set', FAR, 'netns', NETNS]);
    await run('ip', ['address', 'add', `${HERE}/30`, 'dev', NEAR]);
    await run('ip', ['link', 'set', NEAR, 'up']);
    const inside = (...command: string[]) => run('ip', ['netns', 'exec', NETNS, ...command]);
    await inside('ip', 'address', 'add', `${THERE}/30`, 'dev', FAR);
    for (const device of ['lo', FAR]) await inside('ip', 'link', 'set', device, 'up');
    await inside('iptables', '-A', 'OUTPUT', '-p', 'tcp', '--dport', String(port), '-j', 'DROP');
  }

  /** What BIND itself cannot be made to do: a request for the zone, signed by a clock that is an hour late. */
  async function askLate(zone: string): Promise<void> {
    const key = { name: name(KEY.name), algorithm: 'hmac-sha256', secret: Buffer.from(KEY.secret, 'base64') } as const;
    const question = [{ name: name(zone), type: TYPE.AXFR, class: CLASS.IN }];
    const { bytes } = signMessage(encodeMessage({ id: 7, question }), key, Date.now() / 1000 - 3_600);
    const socket = connect(primary.port, '127.0.0.1');
    socket.end(withLength(bytes));
    socket.resume();
    await once(socket, 'close');
  }

  const viewOf = async (zone: string): Promise<ReplicaView> => {
    const { zones } = await primary.api<ReplicaPage>(`/api/v1/replicas?search=${zone}`);
    return zones[0].replicas[0];
  };

  it.each(FAULTS)('$zone: $fault', async ({ zone, reason, next }) => {
    let entry: QueueEntry | undefined;
    await eventually(`the reason for ${zone}`, async () => {
      if (zone === 'badtime.test.') await askLate(zone);
      const { entries } = await primary.api<{ entries: QueueEntry[] }>('/api/v1/notify-queue');
      entry = entries.find((one) => one.zone === zone);
      return reason.test(entry?.likely ?? '');
    });
    expect(entry!.next).toMatch(next);
    // The zone never came: what it answers with says so, and the reason beside it.
    await eventually('its health says the same', async () => reason.test((await viewOf(zone)).health.reason));
    const { health } = await viewOf(zone);
    expect([health.state, health.next]).toEqual(['refusing', expect.stringMatching(next)]);
  });

  it('lag and wait say it on the terminal, and end with 1', async () => {
    const [lag, waited] = await Promise.all([
      primary.cli('lag', 'acl.test.'),
      primary.cli('wait', 'firewall.test.', '--timeout', '1'),
    ]);
    expect([lag.code, waited.code]).toEqual([1, 1]);
    expect(lag.output).toMatch(FAULTS[0].reason);
    expect(lag.output).toMatch(FAULTS[0].next);
    expect(waited.errors).toMatch(FAULTS[5].reason);
    expect(waited.errors).toMatch(FAULTS[5].next);
  });
});
