import {
  type Case,
  type Corner,
  originOf,
  readRequest,
  type Shown,
  shown,
  type Vendor,
} from '@zonewire/nameserver/conformance-suite';
import type { Address } from '@zonewire/testkit';
import { askTcp, UdpAsker } from './exchange.ts';

/**
 * What a server says to each case, in order; `silence` when it says nothing. Answers longer than the client takes are faults.
 * `vendor` is missing for ours. Only of whom silence is expected the answer is not waited for as long as a busy machine may need.
 */
export async function askServer(server: Address, corner: Corner, vendor?: Vendor): Promise<(Shown | 'silence')[]> {
  const asker = new UdpAsker(server);
  try {
    const said: (Shown | 'silence')[] = [];
    for (const [i, one] of corner.cases.entries()) {
      const mayBeSilent = one.silence === true || (vendor !== undefined && one.differs?.[vendor] !== undefined);
      said.push(await askCase(server, asker, corner, one, 2 * i + 1, mayBeSilent));
    }
    return said;
  } finally {
    asker.close();
  }
}

async function askCase(server: Address, asker: UdpAsker, corner: Corner, one: Case, id: number, mayBeSilent: boolean) {
  const { bytes, transport, sizeLimit } = readRequest(one, originOf(corner), id);
  let reply: Uint8Array | undefined;
  if (transport === 'tcp') reply = await askTcp(server, bytes);
  else {
    const sentinel = readRequest({ rule: '', ask: `${originOf(corner)} SOA` }, originOf(corner), id + 1);
    if (mayBeSilent && (await asker.isSilent(bytes, sentinel.bytes))) return 'silence';
    reply = await asker.ask(bytes);
  }
  if (reply === undefined) return 'silence';
  if (reply.length > sizeLimit)
    throw new Error(`${one.ask}: an answer of ${reply.length} octets, ${sizeLimit} allowed`);
  return shown(reply, one);
}
