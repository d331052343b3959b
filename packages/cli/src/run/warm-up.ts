import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type AclRule, parseAddressRange, type Remote } from '@zonewire/nameserver';
import { CLASS, name, OPCODE, RCODE, type TsigKey, TYPE, unwrap } from '@zonewire/shared-protocol';
import type { NodeConfig, ZoneConfig } from '../config/mod.ts';
import { createLog } from './log.ts';
import { RunningNode } from './running-node.ts';

/** Changes made. V8 has then compiled what a change runs through; more bring little. */
export const WARM_UP_CHANGES = 1500;

/** What takes longer is given up: the machine has other things to do. */
const LIMIT_MS = 30_000;

const ZONE = name('warm-up.invalid.');
const TTL = 60;

export interface WarmUpOptions {
  /** The node's; a folder in it is used, and removed. */
  readonly dataDir: string;
  readonly changes?: number;
  /** Asked before each change. */
  readonly stopped: () => boolean;
}

/**
 * Carries changes from a primary to a secondary, both in this process, with a zone and a key of their own, over loopback.
 * JavaScript is compiled when it has run often enough; without this the first thousand changes of a node would take half as
 * long again as the later ones, and a node sees so few that it would stay with the first. @returns changes carried out.
 */
export async function warmUp({ dataDir, changes = WARM_UP_CHANGES, stopped }: WarmUpOptions): Promise<number> {
  const folder = join(dataDir, 'warm-up');
  rmSync(folder, { recursive: true, force: true });
  const nodes: RunningNode[] = [];
  // Lines are composed as those of the node are, for nobody.
  const log = createLog({ level: 'info', text: false, colours: false }, { write: () => {} });
  const signal = AbortSignal.timeout(LIMIT_MS);
  const goOn = () => !stopped() && !signal.aborted;
  try {
    const key: TsigKey = { name: ZONE, algorithm: 'hmac-sha256', secret: randomBytes(32) };
    const acl: AclRule = {
      id: 'warm-up',
      addresses: [unwrap(parseAddressRange('127.0.0.1'))],
      key: key.name,
      actions: new Set(['notify', 'transfer', 'update']),
      deny: false,
    };
    const start = async (role: 'primary' | 'secondary') => {
      // A single change is to be quick: these are stored as if each were one.
      const node = await RunningNode.start(quietConfig(join(folder, role), key), log, { busyMs: 0 });
      nodes.push(node);
      return node;
    };
    const zoneOf = (zone: Partial<ZoneConfig>): ZoneConfig => {
      return { domain: ZONE, file: undefined, primaries: [], notify: [], acl: [acl], settings: {}, ...zone };
    };
    const primary = await start('primary');
    const secondary = await start('secondary');
    const file = join(folder, 'zone');
    writeFileSync(file, ZONE_TEXT);
    await primary.zones.add([zoneOf({ file, notify: [remoteOf(secondary, key)] })]);
    await secondary.zones.add([zoneOf({ primaries: [remoteOf(primary, key)] })]);
    const serial = (node: RunningNode) => node.table.get(ZONE)?.version?.serial;
    const inSync = async () => {
      while (goOn() && serial(secondary) !== serial(primary)) await turn();
    };
    await inSync();
    let made = 0;
    for (; made < changes && goOn(); made++) {
      if (!(await change(secondary, remoteOf(primary, key), made))) break;
      await inSync();
    }
    return made;
  } finally {
    for (const node of nodes) await node.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Enough names for an index of some depth, as real zones have. */
const ZONE_TEXT = [
  `@ ${TTL} SOA ns hostmaster 1 3600 600 86400 60`,
  `@ ${TTL} NS ns`,
  ...Array.from({ length: 300 }, (_, i) => `host${i} ${TTL} A 127.0.0.1`),
]
  .map((line) => line.replace(/^@/, 'warm-up.invalid.').replace(/ ns( |$)/g, ' ns.warm-up.invalid.$1'))
  .join('\n');

/** One record replaced, as an ACME client or a dynamic host does it. */
async function change(from: RunningNode, primary: Remote, count: number): Promise<boolean> {
  const owner = name(`u${count % 50}.warm-up.invalid.`);
  const request = {
    opcode: OPCODE.UPDATE,
    question: [{ name: ZONE, type: TYPE.SOA, class: CLASS.IN }],
    authority: [
      { name: owner, type: TYPE.A, class: CLASS.ANY, ttl: 0, rdata: new Uint8Array() },
      { name: owner, type: TYPE.A, class: CLASS.IN, ttl: TTL, rdata: Uint8Array.of(127, 0, count >> 8, count) },
    ],
  };
  const reply = await from.client.exchange(request, primary.addresses[0], { timeout: 2_000, key: primary.key });
  return reply.ok && reply.value.message.rcode === RCODE.NOERROR;
}

function remoteOf(node: RunningNode, key: TsigKey): Remote {
  return { id: 'warm-up', addresses: [node.nameserver.addresses[0]], key };
}

/** A node of no zones yet, on a free port of loopback, that keeps no history and does nothing by itself. Makes `dataDir`. */
export function quietConfig(dataDir: string, key: TsigKey): NodeConfig {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const listen = [{ host: '127.0.0.1', port: 0 }];
  return {
    file: '',
    // Threads of its own would bring nothing: a change runs on the main thread.
    server: { identity: 'warm-up', version: false, listen, dataDir, udp: 'dgram', workers: 1, warmUp: false },
    control: undefined,
    redis: undefined,
    limits: {},
    replicas: { maxRows: 0 },
    comparing: { interval: 0 },
    keys: [key],
    zones: [],
    webhooks: [],
    places: new Map(),
    followed: [],
  };
}
