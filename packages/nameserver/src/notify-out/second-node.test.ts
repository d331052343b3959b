import { type Message, type MessageDraft, name, nameToText, OPCODE, ok, RCODE } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { expect, test } from 'vitest';
import type { DnsExchange } from '../client/dns-client.ts';
import { announcedVersion } from '../fixtures/announced-version.ts';
import { silentLog } from '../ports.ts';
import { Announcer } from './announcer.ts';
import { ANSWERS_UNTIL_KNOWN } from './remote-nodes.ts';
import { NEW_NODE, NOTIFY_OUT } from './timing.ts';

const FRA = { id: 'fra', addresses: [{ host: '127.0.0.1', port: 1 }] };
const NSID = 3;

/** Nodes behind one address that answer in turn; each has a serial of its own for each zone. */
class Nodes {
  readonly #clock: FakeClock;
  readonly names: string[];
  readonly serials = new Map<string, number>();
  probes = 0;

  constructor(clock: FakeClock, names: string[]) {
    this.#clock = clock;
    this.names = names;
  }

  exchange: DnsExchange['exchange'] = async (request) => {
    const draft = request as MessageDraft;
    const apex = draft.question![0].name;
    await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, 1));
    const isNotify = draft.opcode === OPCODE.NOTIFY;
    if (!isNotify) this.probes++;
    const node = this.names[this.probes % this.names.length];
    const serial = this.serials.get(`${node} ${nameToText(apex)}`) ?? 1;
    const edns = { ...draft.edns, options: [{ code: NSID, data: new TextEncoder().encode(node) }] };
    const answer = isNotify ? [] : [announcedVersion(apex, serial).soaRecord];
    const message = { ...draft, qr: true, aa: true, rcode: RCODE.NOERROR, answer, edns };
    return ok({ message: message as unknown as Message, bytes: new Uint8Array(0), ms: 1, transport: 'udp' as const });
  };
}

test('a second node that is seen by the answer for one zone is asked for all of them, and what it lacks is seen (RFC 5001 2.2)', async () => {
  const clock = new FakeClock();
  const nodes = new Nodes(clock, ['a']);
  const announcer = new Announcer({ client: nodes, clock, log: silentLog });
  const zones = Array.from({ length: 1_000 }, (_, i) => name(`z${i}.test.`));
  for (const apex of zones) announcer.watch(apex, announcedVersion(apex, 1), [FRA]);
  const states = () => zones.map((apex) => announcer.lag(apex)[0].state);
  await clock.advance(ANSWERS_UNTIL_KNOWN * NOTIFY_OUT.otherNode);
  expect(states().filter((state) => state === 'in-sync')).toHaveLength(1_000);
  // It joins with an older copy of every seventh zone; and two zones change, so that both nodes are asked.
  nodes.names.push('b');
  const older = zones.filter((_, i) => i % 7 === 3);
  for (const apex of older) nodes.serials.set(`b ${nameToText(apex)}`, 0);
  for (const apex of zones.slice(0, 2)) {
    for (const node of nodes.names) nodes.serials.set(`${node} ${nameToText(apex)}`, 2);
    announcer.announce(apex, announcedVersion(apex, 2), clock.now());
  }
  nodes.probes = 0;
  const seconds = 1_000 / (NEW_NODE.asked / NEW_NODE.pause) / 1_000;
  await clock.advance(seconds * 1_000 + 20 * NOTIFY_OUT.otherNode);
  const behind = zones.filter((apex) => announcer.lag(apex)[0].state === 'behind').map(nameToText);
  expect(behind).toEqual(older.map(nameToText));
  expect(nodes.probes).toBeLessThan(1_000 * 3 + older.length * 40);
  // Soon all have it, and it is known of both.
  for (const apex of older) nodes.serials.set(`b ${nameToText(apex)}`, 1);
  await clock.advance(NOTIFY_OUT.slowest * 2);
  expect(states().filter((state) => state === 'in-sync')).toHaveLength(1_000);
  announcer.stop();
});
