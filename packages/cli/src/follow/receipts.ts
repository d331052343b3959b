import type { Moment, ReceiptFacts } from '@zonewire/replicas';
import { z } from 'zod';

/** What a secondary tells is read as strictly as what a stranger sends: it may run another version, or not be ours at all. */

const serial = z.int().min(0).max(0xffff_ffff);
/** Planned times may have fractions. */
const at = z.number().min(0).max(8_640_000_000_000_000);
const zone = z.string().min(1).max(1_100);
const text = z.string().transform((value) => (value.length > 500 ? `${value.slice(0, 500)}…` : value));
const digest = z.string().regex(/^[0-9a-f]{64,128}$/);

const receipt = z.object({
  kind: z.literal('receipt'),
  zone,
  at,
  node: z.string().max(255),
  serial,
  transferredAt: at.optional(),
  verifiedAt: at.optional(),
  servedAt: at.optional(),
  expireAt: at.optional(),
  refreshAt: at.optional(),
  digest: digest.optional(),
});

const zoneChange = z.object({
  kind: z.literal('zone'),
  zone,
  at,
  what: z.string().max(40),
  message: text.optional(),
});

const event = z.discriminatedUnion('kind', [receipt, zoneChange]);

const status = z.object({
  zone,
  role: z.string(),
  state: z.string().max(40),
  served: z.object({ serial, at }).optional(),
  refreshAt: at.optional(),
  expireAt: at.optional(),
  lastError: z.object({ message: text }).optional(),
  content: z.object({ serial, digest }).optional(),
});

/** A moment of a serial, by our clock. */
export interface ToldMoment {
  readonly moment: Moment;
  readonly serial: number;
  readonly at: number;
}

export interface Told {
  readonly zone: string;
  readonly facts: ReceiptFacts;
  readonly moments: readonly ToldMoment[];
}

interface Reading {
  /** Their clock less ours, ms. */
  readonly skew: number;
  /** What was told of the zone before. */
  readonly before: ReceiptFacts | undefined;
  readonly node: string;
}

export function zoneOf(value: unknown): string | undefined {
  const named = z.object({ zone }).safeParse(value);
  return named.success ? named.data.zone : undefined;
}

/** Undefined: nothing that is of use here. */
export function readEvent(value: unknown, { skew, before, node }: Reading): Told | undefined {
  const read = event.safeParse(value);
  if (!read.success) return undefined;
  const ours = ourTimes(skew);
  const told = read.data;
  const at = Math.round(told.at - skew);
  if (told.kind === 'zone') {
    const state = told.what === 'expired' ? 'expired' : told.what === 'revived' ? 'serving' : before?.state;
    if (state === undefined && told.message === undefined) return undefined;
    const lastError = told.what === 'failed' ? told.message : before?.lastError;
    const facts = { ...before, node, state: state ?? 'unknown', at, ...(lastError === undefined ? {} : { lastError }) };
    return { zone: told.zone, facts, moments: [] };
  }
  const { expireAt, refreshAt } = told;
  // A receipt with the digest of what was installed before says nothing else anew.
  const same = before?.serial === told.serial ? before : undefined;
  const facts: ReceiptFacts = {
    node: told.node,
    serial: told.serial,
    state: 'serving',
    at,
    ...ours({ refreshAt: refreshAt ?? undefined, expireAt: expireAt ?? undefined }, same),
    ...(told.digest === undefined ? {} : { digest: told.digest }),
  };
  const moments: ToldMoment[] = [];
  const add = (moment: Moment, time: number | undefined) => {
    if (time !== undefined) moments.push({ moment, serial: told.serial, at: Math.round(time - skew) });
  };
  add('transferred', told.transferredAt);
  add('verified', told.verifiedAt);
  add('answered', told.servedAt);
  return { zone: told.zone, facts, moments };
}

/** One zone of `GET /api/v1/zones`; undefined for what is not a secondary zone, or not readable. */
export function readStatus(value: unknown, { skew, node }: Omit<Reading, 'before'>, now: number): Told | undefined {
  const read = status.safeParse(value);
  if (!read.success || read.data.role !== 'secondary') return undefined;
  const { zone: name, state, served, refreshAt, expireAt, lastError, content } = read.data;
  const facts: ReceiptFacts = {
    node,
    state,
    at: now,
    ...(served === undefined ? {} : { serial: served.serial }),
    ...ourTimes(skew)({ refreshAt, expireAt }, undefined),
    ...(lastError === undefined ? {} : { lastError: lastError.message }),
    ...(content !== undefined && content.serial === served?.serial ? { digest: content.digest } : {}),
  };
  return { zone: name, facts, moments: [] };
}

function ourTimes(skew: number) {
  return (
    times: { refreshAt?: number | undefined; expireAt?: number | undefined },
    before: ReceiptFacts | undefined,
  ): { refreshAt?: number; expireAt?: number } => {
    const out: { refreshAt?: number; expireAt?: number } = {};
    for (const key of ['refreshAt', 'expireAt'] as const) {
      const time = times[key];
      const known = time === undefined ? before?.[key] : Math.round(time - skew);
      if (known !== undefined) out[key] = known;
    }
    return out;
  };
}
