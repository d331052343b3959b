import { CLASS, name, TYPE } from '@zonewire/shared-protocol';
import { type Address, digAxfr, digSerial, type Topology, UpdateStream } from '@zonewire/testkit';
import { expect } from 'vitest';

/** `count` updates of one record each, all acknowledged; gives the serial after them. */
export async function change(primary: Address, zone: string, count: number): Promise<number> {
  const before = (await digSerial(primary, zone))!;
  const stream = await UpdateStream.open(primary, name(zone));
  for (let i = 0; i < count; i++) {
    const owner = name(`u${before}-${i}.${zone}`);
    const rdata = Uint8Array.of(10, 1, i >> 8, i);
    expect(await stream.send([{ name: owner, type: TYPE.A, class: CLASS.IN, ttl: 60, rdata }])).toBe(0);
  }
  stream.close();
  const serial = (await digSerial(primary, zone))!;
  expect(serial).toBe(before + count);
  return serial;
}

/** Every node named answers with `serial`, and the whole zone is the same at all of them. */
export async function sameEverywhere(
  topology: Topology,
  zone: string,
  names: readonly string[],
  serial: number,
): Promise<void> {
  const nodes = names.map((name) => topology.node(name));
  for (const node of nodes) await node.untilSerial(zone, serial, 30_000);
  const [first, ...rest] = await Promise.all(nodes.map((node) => digAxfr(node, zone)));
  for (const other of rest) expect(other).toEqual(first);
}
