import type { DnsExchange } from '@zonewire/nameserver';
import {
  CLASS,
  type EdnsOption,
  expireOption,
  type Message,
  type Name,
  namesEqual,
  RCODE,
  readExpire,
  readSoa,
  TYPE,
} from '@zonewire/shared-protocol';
import type { PrimaryAddress } from './primaries.ts';
import type { FailureKind } from './state.ts';
import { failureText, primaryText, rcodeText } from './words.ts';

/** Octets of a UDP answer that pass everywhere without fragments. */
export const UDP_SIZE = 1232;

export interface Failure {
  readonly failure: FailureKind;
  readonly code: string;
  readonly message: string;
}

export type SoaAnswer =
  | { readonly ok: true; readonly serial: number; readonly expire?: number | undefined }
  | ({ readonly ok: false } & Failure);

export interface SoaCheckOptions {
  readonly client: DnsExchange;
  readonly zone: Name;
  readonly primary: PrimaryAddress;
  /** ms for everything, change to TCP included. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Asks a primary which serial it has: UDP, TCP when the answer is truncated or UDP is not let through, with the EXPIRE option
 * (RFC 7314 3.1).
 */
export async function checkSoa(options: SoaCheckOptions): Promise<SoaAnswer> {
  // UDP has half of the time, so that TCP has a chance where UDP is filtered.
  const half = options.timeout / 2;
  const answer = await ask(options, undefined, half);
  return !answer.ok && answer.code === 'timeout' ? ask(options, 'tcp', half) : answer;
}

async function ask(
  { client, zone, primary, signal }: SoaCheckOptions,
  transport: 'tcp' | undefined,
  timeout: number,
): Promise<SoaAnswer> {
  const request = {
    question: [{ name: zone, type: TYPE.SOA, class: CLASS.IN }],
    edns: expireEdns(),
  };
  const result = await client.exchange(request, primary, {
    timeout,
    transport,
    key: primary.tsigKey,
    attempts: 2,
    signal,
  });
  if (result.ok) return readAnswer(result.value.message, zone, primary);
  const { code } = result.error;
  return { ok: false, failure: 'unreachable', code, message: failureText('SOA query', primary, result.error) };
}

export function expireEdns(...more: readonly EdnsOption[]) {
  return { udpSize: UDP_SIZE, version: 0, dnssecOk: false, extendedRcode: 0, options: [expireOption(), ...more] };
}

function readAnswer(message: Message, zone: Name, primary: PrimaryAddress): SoaAnswer {
  const refuse = (code: string, text: string): SoaAnswer => ({ ok: false, failure: 'refused', code, message: text });
  if (message.rcode !== RCODE.NOERROR)
    return refuse(`rcode-${message.rcode}`, rcodeText('SOA query', primary, message.rcode));
  const record = message.answer.find(
    ({ type, class: rclass, name }) => type === TYPE.SOA && rclass === CLASS.IN && namesEqual(name, zone),
  );
  // Without AA it is a cache's answer: it says nothing about what the server could transfer.
  if (record === undefined || !message.aa)
    return refuse(
      'not-authoritative',
      `${primaryText(primary)} answered without authority for the zone: is it a resolver, is the zone configured there?`,
    );
  const soa = readSoa(record.rdata);
  if (!soa.ok) return refuse('soa-malformed', `${primaryText(primary)} answered with a malformed SOA`);
  return { ok: true, serial: soa.value.serial, expire: readExpire(message.edns) };
}
