import { type Name, nameToText, RCODE, ZonewireError } from '@zonewire/shared-protocol';

/** A change that is not made; `rcode` is what the sender of an UPDATE gets. */
export class ChangeRefused extends ZonewireError {
  readonly rcode: number;

  constructor(rcode: number, code: string, message: string, apex: Name, cause?: unknown) {
    super(code, message, { zone: nameToText(apex), cause });
    this.rcode = rcode;
  }
}

export function notLoaded(apex: Name): ChangeRefused {
  const message = `${nameToText(apex)} is not loaded: its status says why`;
  return new ChangeRefused(RCODE.SERVFAIL, 'zone-not-loaded', message, apex);
}

export function zoneTooLarge(apex: Name, size: number, limit: number): ChangeRefused {
  const message = `the zone would take ${size} octets, zone-max-size allows ${limit}`;
  return new ChangeRefused(RCODE.REFUSED, 'zone-too-large', message, apex);
}

export function journalFailed(apex: Name, cause: unknown): ChangeRefused {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof ZonewireError ? cause.code : 'store-write-failed';
  return new ChangeRefused(
    RCODE.SERVFAIL,
    code,
    `nothing was changed, the journal did not take it: ${why}`,
    apex,
    cause,
  );
}

export function zoneFrozen(apex: Name): ChangeRefused {
  const text = nameToText(apex);
  const message = `${text} is frozen for editing its file: changes are refused until "zonewire zone thaw ${text}"`;
  return new ChangeRefused(RCODE.REFUSED, 'zone-frozen', message, apex);
}

export function zoneClosing(apex: Name): ChangeRefused {
  return new ChangeRefused(RCODE.SERVFAIL, 'zone-closing', `${nameToText(apex)} is being shut down`, apex);
}
