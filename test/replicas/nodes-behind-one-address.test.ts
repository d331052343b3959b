import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { ReplicaView } from '@zonewire/replicas';
import { eventually, freePort, type NodeOptions, ZonewireNode } from '@zonewire/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleZone } from '../fixtures/zones.ts';

const ZONE = 'example.test.';
const NODES = ['fra1-a', 'fra1-b'] as const;

let primary: ZonewireNode;
const nodes: ZonewireNode[] = [];
let balancer: Balancer;

/** As a load balancer does it: what comes to its address goes to one of the ports in turn, answers go back. */
class Balancer {
  readonly #ports: readonly number[];
  readonly #front: Socket;
  readonly #backs = new Map<number, Socket>();
  #turn = 0;

  private constructor(front: Socket, ports: readonly number[]) {
    this.#front = front;
    this.#ports = ports;
    front.on('message', (bytes, { port }) => {
      const to = this.#ports[this.#turn++ % this.#ports.length];
      this.#back(port).send(bytes, to, '127.0.0.1');
    });
  }

  static async open(ports: readonly number[]): Promise<Balancer> {
    const front = createSocket('udp4');
    front.bind(0, '127.0.0.1');
    await once(front, 'listening');
    return new Balancer(front, ports);
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    for (const socket of [this.#front, ...this.#backs.values()]) socket.close();
  }

  /** One socket a client. */
  #back(client: number): Socket {
    let socket = this.#backs.get(client);
    if (socket === undefined) {
      socket = createSocket('udp4');
      socket.on('message', (bytes) => this.#front.send(bytes, client, '127.0.0.1'));
      socket.on('error', () => {});
      this.#backs.set(client, socket);
    }
    return socket;
  }
}

const following = (from: { host: string; port: number }, i: number): NodeOptions => ({
  identity: NODES[i],
  zones: [{ name: ZONE, primaries: [from] }],
});

/** Serial of each node, by what the primary was told. */
async function seen(): Promise<Record<string, number | undefined>> {
  const [view] = (await primary.api<{ replicas: ReplicaView[] }>(`/api/v1/zones/${ZONE}/replicas`)).replicas;
  return Object.fromEntries((view.nodes ?? []).map(({ node, serial }) => [node, serial]));
}

const wait = (serial: number, seconds: number) =>
  primary.cli('wait', ZONE, '--serial', String(serial), '--timeout', String(seconds));

beforeAll(async () => {
  const ports = [await freePort(), await freePort()];
  balancer = await Balancer.open(ports);
  const notify = [{ host: '127.0.0.1', port: balancer.port }];
  primary = await ZonewireNode.start({ zones: [{ name: ZONE, text: sampleZone(1), notify }] });
  for (const [i, port] of ports.entries()) nodes.push(await ZonewireNode.start({ ...following(primary, i), port }));
  await Promise.all(nodes.map((node) => node.untilSerial(ZONE, 1)));
});

afterAll(async () => {
  balancer?.close();
  for (const node of [primary, ...nodes]) await node?.remove();
});

it('a change has arrived when each node has it; the one that is late is named', async () => {
  await eventually('both are seen', async () => Object.keys(await seen()).length === 2);
  expect(await wait(1, 30)).toMatchObject({ code: 0 });

  // The second one follows nobody who answers.
  const nobody = { host: '127.0.0.1', port: await freePort() };
  nodes[1].configure(following(nobody, 1));
  nodes[1].process.child.kill('SIGHUP');
  await eventually('it has read that', () => /configuration read again/.test(nodes[1].process.output));
  await primary.rewrite(ZONE, sampleZone(2));
  await nodes[0].untilSerial(ZONE, 2);
  await eventually('the first is seen with it', async () => (await seen())[NODES[0]] === 2);
  const late = await wait(2, 2);
  expect(late).toMatchObject({ code: 1, errors: expect.stringContaining(`missing of ${ZONE}~2:`) });
  expect(late.errors).toContain('1 of 2 nodes behind its address have it; missing: fra1-b (serial 1)');
  expect((await primary.cli('lag')).code).toBe(1);

  nodes[1].configure(following(primary, 1));
  nodes[1].process.child.kill('SIGHUP');
  expect(await wait(2, 60)).toMatchObject({ code: 0 });
  expect(await seen()).toEqual({ 'fra1-a': 2, 'fra1-b': 2 });
  expect((await primary.cli('lag')).code).toBe(0);
}, 120_000);
