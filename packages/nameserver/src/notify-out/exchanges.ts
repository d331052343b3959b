import {
  CLASS,
  expireOption,
  labelCount,
  type Name,
  nsidOption,
  OPCODE,
  RCODE,
  type ResourceRecord,
  rcodeToText,
  readExpire,
  readNsid,
  readSoa,
  readZoneVersion,
  TYPE,
  zoneVersionOption,
} from '@zonewire/shared-protocol';
import type { DnsExchange } from '../client/dns-client.ts';
import { addressText, type Remote, type RemoteAddress } from './remote.ts';
import type { NotifyEvent } from './state.ts';

type Client = Pick<DnsExchange, 'exchange'>;
type Exchanged = Awaited<ReturnType<DnsExchange['exchange']>>;

export interface ExchangeWith {
  readonly remote: Remote;
  readonly address: RemoteAddress;
  /** ms */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface NotifiedZone {
  readonly apex: Name;
  readonly serial: number;
  readonly soa: ResourceRecord;
}

/** Sends one NOTIFY with the SOA as a hint (RFC 1996 3.7) and says what it came to; `ms`: until the acknowledgement was here. */
export async function sendNotify(
  client: Client,
  { apex, serial, soa }: NotifiedZone,
  to: ExchangeWith,
): Promise<(NotifyEvent & { kind: 'notify-acknowledged' | 'notify-failed' }) & { readonly ms?: number }> {
  const request = { opcode: OPCODE.NOTIFY, aa: true, question: soaQuestion(apex), answer: [soa] };
  // Who acknowledges goes on with what matters, on the same processor perhaps.
  const result = await exchange(client, request, to, true);
  if (!result.ok) {
    const cause = isSilence(result) ? 'silence' : 'refused';
    return { kind: 'notify-failed', serial, cause, reason: result.error.message, ...nobodyIn(result) };
  }
  const { rcode } = result.value.message;
  if (rcode === RCODE.NOERROR) return { kind: 'notify-acknowledged', serial, ms: result.value.ms };
  const cause = rcode === RCODE.NOTIMP ? 'not-implemented' : 'refused';
  return { kind: 'notify-failed', serial, cause, reason: notifyRefusal(addressText(to.address), rcode) };
}

/**
 * Asks for the SOA as a resolver does, so that what is seen is what everybody gets; and which node it is that answers (NSID), from which
 * version (ZONEVERSION) and how long it may go on (EXPIRE). Who knows none of these options passes over them.
 */
export async function probeSerial(
  client: Client,
  { apex }: Pick<NotifiedZone, 'apex'>,
  to: ExchangeWith,
): Promise<NotifyEvent & { kind: 'probe-answered' | 'probe-failed' }> {
  const result = await exchange(client, { question: soaQuestion(apex), edns: PROBE_EDNS }, to);
  if (!result.ok) {
    const cause = isSilence(result) ? 'silence' : 'refused';
    return { kind: 'probe-failed', cause, reason: result.error.message, ...nobodyIn(result) };
  }
  const { aa, rcode, answer, edns } = result.value.message;
  const record = answer.find(({ type }) => type === TYPE.SOA);
  const soa = record !== undefined && aa && rcode === RCODE.NOERROR ? readSoa(record.rdata) : undefined;
  if (soa?.ok) {
    const { serial } = soa.value;
    const [node, zoneVersion, expireIn] = [readNsid(edns), readZoneVersion(edns, labelCount(apex)), readExpire(edns)];
    return { kind: 'probe-answered', serial, ...defined({ node, zoneVersion, expireIn }) };
  }
  const reason = `${addressText(to.address)} answers the SOA query with ${rcodeToText(rcode)} and no authoritative SOA record`;
  return { kind: 'probe-failed', cause: 'refused', reason };
}

const PROBE_EDNS = {
  udpSize: 1232,
  version: 0,
  dnssecOk: false,
  extendedRcode: 0,
  options: [nsidOption(), zoneVersionOption(), expireOption()],
};

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** One datagram: when to repeat is the machine's to say. */
function exchange(
  client: Client,
  request: Parameters<DnsExchange['exchange']>[0],
  { remote, address, timeout, signal }: ExchangeWith,
  isCalm = false,
): Promise<Exchanged> {
  return client.exchange(request, address, { timeout, key: remote.key, transport: 'udp', attempts: 1, isCalm, signal });
}

function soaQuestion(name: Name) {
  return [{ name, type: TYPE.SOA, class: CLASS.IN }];
}

/** Codes of the client for which nobody answered at all. */
const SILENT = new Set(['timeout', 'connection-refused', 'unreachable', 'not-permitted', 'socket-error', 'aborted']);

function isSilence(result: Exchanged): boolean {
  return !result.ok && SILENT.has(result.error.code);
}

function nobodyIn(result: Exchanged): { nobody?: true } {
  return !result.ok && (result.error.code === 'connection-refused' || result.error.code === 'unreachable')
    ? { nobody: true }
    : {};
}

function notifyRefusal(at: string, rcode: number): string {
  const answer = `${at} answers the NOTIFY with ${rcodeToText(rcode)}`;
  if (rcode === RCODE.REFUSED || rcode === RCODE.NOTAUTH)
    return `${answer}: it does not have the zone, or does not let us (address, key) notify it`;
  return answer;
}
