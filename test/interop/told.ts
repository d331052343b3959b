import { RCODE } from '@zonewire/shared-protocol';
import { type Address, eventually, type NotifyToSend, sendNotify, servedSerial } from '@zonewire/testkit';
import { expect } from 'vitest';
import { patiently } from './patiently.ts';

/**
 * Sends a NOTIFY, which has to be accepted, until the server answers with `serial`: as primaries do, for a server may drop one that
 * comes while it is busy with the zone (PowerDNS does).
 */
export async function toldUntil(server: Address, notify: NotifyToSend, serial: number): Promise<void> {
  const told = async () => {
    expect(await sendNotify(server, notify)).toBe(RCODE.NOERROR);
    return eventually('the serial', async () => (await servedSerial(server, notify.zone)) === serial, 2_000, 50);
  };
  await patiently(`${notify.zone} at serial ${serial} on port ${server.port}`, told);
}
