import { fail, ok, type Result } from '@zonewire/shared-protocol';

/** A change by where it leads to. Nothing has to be remembered for it: the id holds after a restart, and on every node. */
export interface Change {
  /** Presentation form, absolute, lower case. */
  readonly zone: string;
  readonly serial: number;
}

/** Longer than any name in presentation form (255 octets, four characters each) with its serial. */
const MAX_LENGTH = 1_100;

/** `example.test.~2026112101`. */
export function changeId({ zone, serial }: Change): string {
  return `${zone}~${serial}`;
}

/** Reads what {@link changeId} writes; the zone's name is not looked at, but made lower case and absolute. */
export function parseChangeId(id: string): Result<Change> {
  // The serial has no tilde; a name may have some.
  const at = id.lastIndexOf('~');
  const digits = id.slice(at + 1);
  const serial = Number(digits);
  if (id.length > MAX_LENGTH || at < 1 || !/^\d{1,10}$/.test(digits) || serial > 0xffff_ffff)
    return fail('change-id-malformed', `${JSON.stringify(id.slice(0, 100))} is not the id of a change: ZONE~SERIAL`);
  const zone = id.slice(0, at).toLowerCase();
  return ok({ zone: zone.endsWith('.') ? zone : `${zone}.`, serial });
}
