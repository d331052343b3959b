import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { freePort, type Peer, startBind, startKnot, startNsd, ZonewireNode } from '@zonewire/testkit';
import { AT } from './addresses.ts';
import { type Case, signedCases, UNSIGNED_CASES } from './cases.ts';
import { ELSEWHERE_ZONE, parentZone, ROOT_ZONE, smallParent, WELL, zoneText } from './zone-text.ts';

/** Zones that the node checks by itself. */
export const WATCHED = ['fine.test.', 'ds-mismatch.test.'];

/** A root, two servers of `test.`, a resolver, and two servers of every zone under test. */
export interface World {
  readonly port: number;
  readonly cases: readonly Case[];
  readonly node: ZonewireNode;
  remove(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const port = await freePort();
  const cases = [...UNSIGNED_CASES, ...(await signedCases())];
  const inTest = cases.filter(({ zone }) => zone.endsWith('.test.'));
  const delegations = (of: (one: Case) => readonly string[]) =>
    parentZone(inTest.map((one) => ({ zone: one.zone, lines: of(one) })));
  const first = delegations(({ parent }) => parent);
  const second = delegations(({ parent, otherParent }) => otherParent ?? parent);
  const ours = cases.map((one) => ({
    name: one.zone,
    text: zoneText(one.zone, one.serial.ours, one.ours),
    settings: { 'delegation-check': WATCHED.includes(one.zone) },
  }));
  const theirs = cases.flatMap(({ zone, ours, bind, serial }) =>
    bind === null ? [] : [{ name: zone, text: zoneText(zone, serial.bind, bind ?? ours) }],
  );
  const held = zoneText('parent-holds-zone.test.', 7, WELL.ours);
  const lenient = ['check-integrity no;'];
  const started = await Promise.allSettled<{ remove(): Promise<void> }>([
    startNsd({ zones: [{ name: '.', text: ROOT_ZONE }], host: AT.root, port }),
    startNsd({
      zones: [
        { name: 'test.', text: first },
        { name: 'half.', text: smallParent('half') },
        { name: 'lame.', text: smallParent('lame') },
        { name: 'parent-holds-zone.test.', text: held },
      ],
      host: AT.firstParent,
      port,
    }),
    startKnot({
      zones: [
        { name: 'test.', text: second },
        { name: 'elsewhere.', text: ELSEWHERE_ZONE },
      ],
      host: AT.secondParent,
      port,
    }),
    // With the root as a zone of its own (RFC 8806) and every question to the one port.
    startBind({
      zones: [{ name: '.', text: ROOT_ZONE }],
      host: AT.resolver,
      port,
      settings: ['recursion yes;', `port ${port};`, 'allow-query-cache { ::1; };', ...lenient],
    }),
    startBind({ zones: theirs, host: AT.bind, port, settings: lenient }),
    ZonewireNode.start({
      zones: ours,
      server: { listen: [`${AT.ours}:${port}`, `${AT.oursToo}:${port}`] },
      delegation: { resolver: [`[${AT.resolver}]:${port}`], port, 'check-interval': '1s' },
    }),
    tcpRelay(AT.tcpOnly, AT.bind, port),
    udpRelay(AT.udpOnly, AT.bind, port),
  ]);
  const parts = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const remove = async () => void (await Promise.all(parts.map((part) => part.remove())));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await remove();
    throw failed.reason;
  }
  const node = parts.find((part) => part instanceof ZonewireNode)!;
  return { port, cases, node, remove };
}

/** A server whose UDP a firewall drops, and one whose TCP it does. */
async function tcpRelay(host: string, to: string, port: number): Promise<Pick<Peer, 'remove'>> {
  const server: Server = createServer((socket) => {
    const onward = connect(port, to);
    for (const one of [socket, onward]) one.on('error', () => {});
    socket.pipe(onward).pipe(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return { remove: async () => void server.close() };
}

async function udpRelay(host: string, to: string, port: number): Promise<Pick<Peer, 'remove'>> {
  const inside: Socket = createSocket('udp4');
  const open = new Set<Socket>([inside]);
  inside.on('message', (request, peer) => {
    const onward = createSocket('udp4');
    open.add(onward);
    onward.on('message', (answer) => {
      inside.send(answer, peer.port, peer.address);
      onward.close();
      open.delete(onward);
    });
    onward.send(request, port, to);
  });
  inside.bind(port, host);
  await once(inside, 'listening');
  return { remove: async () => open.forEach((socket) => void socket.close()) };
}
