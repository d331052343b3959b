import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { startBind } from './peers/bind.ts';
import { startKnot } from './peers/knot.ts';
import { startNsd } from './peers/nsd.ts';
import { startPowerDnsSqlite } from './peers/powerdns-sqlite.ts';
import { RedisServer } from './peers/redis.ts';
import { ZonewireNode } from './zonewire-node.ts';

/** A test that fails at its start must not leave a server behind that disturbs the next one. */

let folder: string;
let port: number;
const before = process.env.TMPDIR;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zonewire-failed-start-'));
  process.env.TMPDIR = folder;
  port = await freePort();
});

afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true });
});

const NO_ZONE = 'this is not a zone';
const BAD_KEY = { name: 'bad.example.', algorithm: 'hmac-none', secret: 'AAAA' };
const peers = { startBind, startKnot, startNsd, startPowerDnsSqlite };

test.each(Object.entries(peers))('%s: runs, but does not answer for its zone', async (_name, start) => {
  // PowerDNS's own tool refuses the zone's text before the server starts; on a busy machine others may not even be ready.
  const options = { port, startTimeout: 1000, zones: [{ name: 'example.test.', text: NO_ZONE }] };
  await expect(start(options)).rejects.toThrow(/no .* within 1000 ms|load-zone/);
  await expectNothingLeft();
});

test.each(Object.entries(peers))('%s: ends at once', async (_name, start) => {
  const blocked = await start({ port, zones: [] });
  try {
    const options = { port, startTimeout: 3000, keys: [BAD_KEY], zones: [] };
    await expect(start(options)).rejects.toThrow();
    expect(readdirSync(folder)).toHaveLength(1);
  } finally {
    await blocked.remove();
  }
  await expectNothingLeft();
});

test('redis-server: does not answer without a password', async () => {
  const options = { port, startTimeout: 500, settings: ['requirepass secret'] };
  await expect(RedisServer.start(options)).rejects.toThrow(/no PONG/);
  await expectNothingLeft();
});

test('zonewire: ends at once, or is not ready in time', async () => {
  const refused = { port, zones: [], server: { listen: ['nonsense'] } };
  await expect(ZonewireNode.start(refused)).rejects.toThrow(/ended while waiting/);
  await expectNothingLeft();
  await expect(ZonewireNode.start({ port, zones: [], startTimeout: 0 })).rejects.toThrow(/no "ready" within/);
  await expectNothingLeft();
});

async function expectNothingLeft(): Promise<void> {
  expect(readdirSync(folder)).toEqual([]);
  const refused = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve('something listens');
    });
    socket.once('error', ({ message }) => resolve(message));
  });
  expect(refused).toContain('ECONNREFUSED');
}
