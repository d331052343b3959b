import { type Address, eventually, servedSerial } from '@zonewire/testkit';

/** Waits as long as a busy machine may take. */
export function patiently<T>(what: string, condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  return eventually(what, condition, 60_000, 50);
}

export function untilServed(server: Address, zone: string, serial: number): Promise<unknown> {
  let seen: number | undefined;
  const what = `${zone} at serial ${serial} on port ${server.port}`;
  return patiently(what, async () => {
    seen = await servedSerial(server, zone);
    return seen === serial;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; serial ${seen}`);
  });
}
