import type { SiteHead } from '@zonewire/secondary';

/** What nodes of a site say to each other, and what stands in Redis beside the records: JSON that anybody may have written. */
export type SiteMessage =
  /** A round is over, or somebody wanted to know. */
  | { readonly kind: 'head'; readonly node: string; readonly head: SiteHead }
  /** Somebody needs to know where the zone stands; with `serial`, its records. */
  | { readonly kind: 'want'; readonly node: string; readonly zone: string; readonly serial?: number | undefined }
  /** An answer to `want`: not from here. */
  | { readonly kind: 'none'; readonly node: string; readonly zone: string };

/** One diff in Redis. */
export interface StoredDiff {
  readonly from: number;
  readonly to: number;
  readonly sha256: string;
  /** Of the version it leads to; missing for large zones. */
  readonly digest?: string | undefined;
}

/** A whole version in Redis: its pieces in order. */
export interface StoredImage {
  readonly serial: number;
  readonly bytes: number;
  readonly pieces: readonly string[];
  readonly digest?: string | undefined;
}

export function readMessage(text: string): SiteMessage | undefined {
  const value = parse(text);
  if (value === undefined || typeof value.node !== 'string') return undefined;
  const { node, kind } = value;
  if (kind === 'head') {
    const head = headOf(value.head);
    return head && { kind, node, head };
  }
  if (typeof value.zone !== 'string') return undefined;
  if (kind === 'none') return { kind, node, zone: value.zone };
  if (kind === 'want' && (value.serial === undefined || isSerial(value.serial)))
    return { kind, node, zone: value.zone, serial: value.serial };
  return undefined;
}

export function readHead(text: string | null, zone: string): SiteHead | undefined {
  const head = text === null ? undefined : headOf(parse(text));
  return head?.zone === zone ? head : undefined;
}

export function readDiff(text: string): StoredDiff | undefined {
  const value = parse(text);
  if (value === undefined || !isSerial(value.from) || !isSerial(value.to)) return undefined;
  if (typeof value.sha256 !== 'string') return undefined;
  const digest = typeof value.digest === 'string' ? value.digest : undefined;
  return { from: value.from, to: value.to, sha256: value.sha256, digest };
}

export function readImage(text: string | null, serial: number): StoredImage | undefined {
  const value = text === null ? undefined : parse(text);
  if (value?.serial !== serial || typeof value.bytes !== 'number' || !Array.isArray(value.pieces)) return undefined;
  if (!value.pieces.every((piece) => typeof piece === 'string')) return undefined;
  const digest = typeof value.digest === 'string' ? value.digest : undefined;
  return { serial, bytes: value.bytes, pieces: value.pieces, digest };
}

function headOf(value: unknown): SiteHead | undefined {
  if (!isMap(value)) return undefined;
  const { zone, serial, checkedAt, expireAt, nextAt, failures, failedAt, error } = value;
  if (typeof zone !== 'string' || !isSerial(serial)) return undefined;
  if (!isTime(checkedAt) || !isTime(expireAt) || !isTime(nextAt) || !isTime(failures)) return undefined;
  return {
    zone,
    serial,
    checkedAt,
    expireAt,
    nextAt,
    failures,
    ...(isTime(failedAt) ? { failedAt } : {}),
    ...(isMap(error) && typeof error.code === 'string' && typeof error.message === 'string'
      ? { error: { code: error.code, message: error.message } }
      : {}),
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSerial(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
