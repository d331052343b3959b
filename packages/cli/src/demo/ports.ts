import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type DemoNode, HOST } from './layout.ts';

/** The demo's addresses that something else has already, in words: `127.0.0.1:5300 (UDP, DNS of primary)`. */
export async function takenPorts(nodes: readonly DemoNode[]): Promise<string[]> {
  const taken: string[] = [];
  for (const { id, dnsPort, controlPort } of nodes) {
    if (!(await udpFree(dnsPort))) taken.push(`${HOST}:${dnsPort} (UDP, DNS of ${id})`);
    else if (!(await tcpFree(dnsPort))) taken.push(`${HOST}:${dnsPort} (TCP, DNS of ${id})`);
    if (!(await tcpFree(controlPort))) taken.push(`${HOST}:${controlPort} (control API of ${id})`);
  }
  return taken;
}

async function udpFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  socket.bind(port, HOST);
  try {
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

async function tcpFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, HOST);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
