import { addressText, type DnsExchange, type RunningTransfers, type TransferUnderWay } from '@zonewire/nameserver';
import {
  CLASS,
  encodeMessage,
  foretellOption,
  type Name,
  nameToText,
  TransferInterpreter,
  type TransferProgress,
  TYPE,
} from '@zonewire/shared-protocol';
import type { ZoneDiff, ZoneVersion } from '@zonewire/zone';
import type { SecondaryLimits } from '../config.ts';
import { patience } from './patience.ts';
import type { PrimaryAddress } from './primaries.ts';
import { ReceivedZone } from './received.ts';
import { expireEdns, type Failure } from './soa-check.ts';
import { UNANSWERED } from './unreachable.ts';
import { failureText, rcodeText, stalledText } from './words.ts';

export interface TransferRequest {
  readonly client: DnsExchange;
  readonly zone: Name;
  readonly primary: PrimaryAddress;
  readonly type: 'axfr' | 'ixfr';
  /** An IXFR that comes as soon as the primary tells of a version: it may do so while it is still storing it. */
  readonly isNotified?: boolean;
  /** What we have; needed for IXFR. */
  readonly held: ZoneVersion | undefined;
  /** A message ID that nobody can guess. */
  readonly id: number;
  readonly limits: SecondaryLimits;
  /** Transfers from this primary that have stalled, in a row (patience.ts). */
  readonly stalls?: number | undefined;
  readonly zoneMaxSize: number;
  readonly signal: AbortSignal;
  /** Told how it goes. */
  readonly running: RunningTransfers;
}

export interface TransferFigures {
  readonly serial: number;
  readonly expire?: number | undefined;
  readonly records: number;
  readonly bytes: number;
  readonly ms: number;
}

/** What a transfer brought, not yet verified (install.ts). */
export type TransferredIn =
  | ({ readonly ok: true; readonly outcome: 'zone'; readonly version: ZoneVersion } & TransferFigures)
  | ({ readonly ok: true; readonly outcome: 'diffs'; readonly diffs: readonly ZoneDiff[] } & TransferFigures)
  | ({ readonly ok: true; readonly outcome: 'up-to-date' } & TransferFigures)
  | ({ readonly ok: false } & Failure);

/** Fetches the zone or its differences over TCP. Records are packed while they arrive: no message is kept. */
export async function transferIn(request: TransferRequest): Promise<TransferredIn> {
  const result = await fetch(request, true);
  // Servers that do not know EDNS refuse the whole message (RFC 6891 7), old ones as not implemented.
  return !result.ok && (result.code === 'rcode-1' || result.code === 'rcode-4') ? fetch(request, false) : result;
}

async function fetch(request: TransferRequest, edns: boolean): Promise<TransferredIn> {
  const { running, zone, primary, type, held } = request;
  const underWay = running.begin({
    zone: nameToText(zone).toLowerCase(),
    direction: 'in',
    peer: addressText(primary),
    type,
    // A whole zone is most likely as large as the one we have.
    ...(type === 'axfr' && held !== undefined ? { expectedRecords: held.recordCount + 1 } : {}),
  });
  let result: TransferredIn | undefined;
  try {
    result = await receive(request, edns, underWay);
    return result;
  } finally {
    underWay.ended(result?.ok ? 'done' : 'failed');
  }
}

async function receive(request: TransferRequest, edns: boolean, underWay: TransferUnderWay): Promise<TransferredIn> {
  const { client, zone, primary, type, held, id, limits, zoneMaxSize, signal } = request;
  const idleTimeout = patience(limits.idleTimeout, request.stalls ?? 0);
  const asked = type === 'axfr' ? 'AXFR' : 'IXFR';
  const received = new ReceivedZone(zone, zoneMaxSize);
  const interpreter = new TransferInterpreter({
    zone,
    request: type,
    id,
    haveSerial: held?.serial,
    limits: {
      maxBytes: streamLimit(zoneMaxSize),
      maxRecords: limits.transferMaxRecords,
      maxMessages: limits.transferMaxMessages,
    },
    sink: received,
  });
  let progress: TransferProgress = { state: 'more' };
  const result = await client.openTransfer(transferRequest(request, edns), primary, {
    key: primary.tsigKey,
    connectTimeout: limits.connectTimeout,
    idleTimeout,
    messageTimeout: Math.max(limits.messageTimeout, idleTimeout),
    totalTimeout: limits.transferTimeout,
    maxBytes: streamLimit(zoneMaxSize),
    signal,
    onMessage: (message) => {
      progress = interpreter.push(message);
      const { records, bytes } = interpreter.received;
      underWay.moved(bytes, records);
      if (progress.state === 'refused' || received.problem !== undefined) return 'stop';
      return progress.state;
    },
  });
  const end = progress as TransferProgress;
  if (end.state === 'refused') {
    const code = end.rcode === undefined ? end.code : `rcode-${end.rcode}`;
    const message = end.rcode === undefined ? failureText(asked, primary, end) : rcodeText(asked, primary, end.rcode);
    return { ok: false, failure: 'refused', code, message };
  }
  if (!result.ok && result.error.code === 'idle-timeout') {
    const code = interpreter.received.bytes === 0 ? UNANSWERED : 'transfer-stalled';
    return { ok: false, failure: 'stalled', code, message: stalledText(asked, primary, result.error) };
  }
  if (!result.ok) {
    const failure = NOTHING_HEARD.has(result.error.code) ? 'unreachable' : 'refused';
    return { ok: false, failure, code: result.error.code, message: failureText(asked, primary, result.error) };
  }
  const refuse = (problem: { code: string; message: string }): TransferredIn => ({
    ok: false,
    failure: 'refused',
    code: problem.code,
    message: failureText(asked, primary, problem),
  });
  if (received.problem !== undefined) return refuse(received.problem);
  if (end.state !== 'done')
    return refuse({ code: 'transfer-incomplete', message: 'the connection ended before the transfer did' });
  const { serial, expire, records } = end;
  const figures = { serial, expire, records, bytes: result.value.bytes, ms: result.value.ms };
  if (end.outcome === 'zone') {
    const version = received.finishZone();
    return version.ok ? { ok: true, outcome: 'zone', version: version.value, ...figures } : refuse(version.error);
  }
  if (end.outcome === 'diffs') return { ok: true, outcome: 'diffs', diffs: received.diffs, ...figures };
  return { ok: true, outcome: 'up-to-date', ...figures };
}

/** A stream of compressed messages is smaller than what it makes of it, except for IXFRs that remove more than they leave. */
function streamLimit(zoneMaxSize: number): number {
  return Math.max(1024 * 1024, 2 * zoneMaxSize);
}

/** RFC 5936 2.1, RFC 1995 3: for IXFR our SOA in the authority section. EXPIRE is asked for (RFC 7314 3.1). */
function transferRequest({ zone, type, isNotified, held, id }: TransferRequest, edns: boolean): Uint8Array {
  return encodeMessage({
    id,
    question: [{ name: zone, type: type === 'axfr' ? TYPE.AXFR : TYPE.IXFR, class: CLASS.IN }],
    authority: type === 'ixfr' && held !== undefined ? [held.soaRecord] : [],
    ...(edns ? { edns: isNotified ? expireEdns(foretellOption()) : expireEdns() } : {}),
  });
}

/** Failures of the connection after which asking the same address for AXFR instead of IXFR is vain. */
const NOTHING_HEARD = new Set([
  'connect-timeout',
  'connection-refused',
  'unreachable',
  'not-permitted',
  'socket-error',
  'aborted',
]);
