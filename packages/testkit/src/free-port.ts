import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const given = new Set<number>();

/** A loopback port that is free for UDP and TCP now, and given to nobody else in this process. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const tcp = createServer();
    tcp.listen(0, host);
    await once(tcp, 'listening');
    const address = tcp.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const udpFree = !given.has(port) && (await canBindUdp(host, port));
    tcp.close();
    await once(tcp, 'close');
    if (udpFree) {
      given.add(port);
      return port;
    }
  }
  throw new Error(`no port of ${host} is free for both UDP and TCP`);
}

async function canBindUdp(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind(port, host);
    await Promise.race([once(socket, 'listening'), once(socket, 'error').then(([error]) => Promise.reject(error))]);
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
