import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';

/** Below the ports that the kernel gives to sockets that ask for none (Linux: 32768 and up): no client's socket sits on one of these. */
const FIRST = 10_000;
const LAST = 32_767;

/**
 * A loopback port that is free for UDP and TCP now, and that no other test process is given for as long as this one runs: whoever
 * starts a server on it may take seconds until it is bound, and a test beside it asks for ports too.
 */
export async function freePort(host = '127.0.0.1', random: () => number = Math.random): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = FIRST + Math.floor(random() * (LAST - FIRST + 1));
    if (!(await reserve(port))) continue;
    if ((await canBindUdp(host, port)) && (await canListen({ host, port }))) return port;
  }
  throw new Error(`no port of ${host} between ${FIRST} and ${LAST} is free for both UDP and TCP`);
}

/** Held by a socket without a file: taken by one process only, and given back by the kernel when it ends, however it does. */
async function reserve(port: number): Promise<boolean> {
  const server = await listening({ path: `\0zonewire-test-port-${port}` });
  server?.unref();
  return server !== undefined;
}

async function canListen(options: ListenOptions): Promise<boolean> {
  const server = await listening(options);
  if (server === undefined) return false;
  server.close();
  await once(server, 'close');
  return true;
}

async function listening(options: ListenOptions): Promise<Server | undefined> {
  const server = createServer();
  try {
    server.listen(options);
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}

async function canBindUdp(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
