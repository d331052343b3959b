/**
 * Hostile bytes: decoding returns a {@link Result}, never throws.
 * Everything else throws {@link ZonewireError}: a stable `code`, and the zone, the peer and the cause where known.
 */
export interface Problem {
  /** Stable, machine-readable: `name-too-long`, `tsig-bad-time` … */
  readonly code: string;
  /** What happened, where, and (when there is something to do) what to do; one sentence for an operator. */
  readonly message: string;
}

export type Result<T, E extends Problem = Problem> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function fail(code: string, message: string): { readonly ok: false; readonly error: Problem } {
  return { ok: false, error: { code, message } };
}

export interface ZonewireErrorContext {
  readonly zone?: string;
  readonly peer?: string;
  readonly cause?: unknown;
}

export class ZonewireError extends Error {
  readonly code: string;
  readonly zone: string | undefined;
  readonly peer: string | undefined;

  constructor(code: string, message: string, context: ZonewireErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'ZonewireError';
    this.code = code;
    this.zone = context.zone;
    this.peer = context.peer;
  }
}

/** The value of a {@link Result} that must be right (constants, tests, input already checked); throws otherwise. */
export function unwrap<T>(result: Result<T>, context: ZonewireErrorContext = {}): T {
  if (result.ok) return result.value;
  throw new ZonewireError(result.error.code, result.error.message, context);
}
