import type { RemoteAddress } from '@zonewire/nameserver';
import { type Message, type Name, RCODE, type Result, readSoa, type TsigKey, TYPE } from '@zonewire/shared-protocol';
import type { ServerFacts, SoaReply } from '../model.ts';
import type { HostAnswer } from './directory.ts';
import type { Questions } from './questions.ts';
import { addressOf, hostName, nsNames, rcodeText } from './records.ts';

/** One name server at one address. */
export interface ServerToAsk {
  readonly name: string;
  readonly to: RemoteAddress;
  readonly key?: TsigKey | undefined;
}

/** Asks it everything that the findings need: SOA by both transports, NS, DNSKEY with its signatures. */
export async function askServer(questions: Questions, zone: Name, server: ServerToAsk): Promise<ServerFacts> {
  const { to, key } = server;
  const [udp, tcp, ns, keys] = await Promise.all([
    questions.ask(to, zone, TYPE.SOA, { transport: 'udp', key }),
    questions.ask(to, zone, TYPE.SOA, { transport: 'tcp', key }),
    questions.ask(to, zone, TYPE.NS, { key }),
    questions.ask(to, zone, TYPE.DNSKEY, { dnssec: true, key }),
  ]);
  return {
    name: server.name,
    address: to.host,
    udp: soaReply(questions, zone, udp),
    tcp: soaReply(questions, zone, tcp),
    ...(isAnswer(ns)
      ? {
          ns: nsNames(questions.records(ns.value.answer, zone, TYPE.NS))
            .map(hostName)
            .sort(),
        }
      : {}),
    ...(isAnswer(keys)
      ? {
          keys: {
            keys: questions.records(keys.value.answer, zone, TYPE.DNSKEY).map(({ rdata }) => rdata),
            signatures: questions.records(keys.value.answer, zone, TYPE.RRSIG).map(({ rdata }) => rdata),
          },
        }
      : {}),
  };
}

/** Asks for the serial anew. */
export async function askSerial(questions: Questions, zone: Name, { to, key }: ServerToAsk): Promise<SoaReply> {
  return soaReply(questions, zone, await questions.ask(to, zone, TYPE.SOA, { transport: 'udp', key }));
}

/** The addresses of a name inside the zone, as a server of the zone answers. */
export async function askHost(questions: Questions, server: ServerToAsk, host: Name): Promise<HostAnswer> {
  const { to, key } = server;
  const answers = await Promise.all([TYPE.A, TYPE.AAAA].map((type) => questions.ask(to, host, type, { key })));
  const addresses: string[] = [];
  for (const [i, answer] of answers.entries()) {
    if (!answer.ok) return { addresses: undefined, problem: answer.error.message };
    const { value: message } = answer;
    const alias = nsNames(questions.records(message.answer, host, TYPE.CNAME))[0];
    if (alias !== undefined) return { addresses: [], alias: hostName(alias) };
    const type = [TYPE.A, TYPE.AAAA][i];
    // Below a delegation the zone has the address as glue only.
    for (const section of [message.answer, message.aa ? [] : message.additional])
      for (const record of questions.records(section, host, type)) {
        const address = addressOf(record);
        if (address !== undefined) addresses.push(address);
      }
  }
  return { addresses };
}

function isAnswer(result: Result<Message>): result is { ok: true; value: Message } {
  return result.ok && result.value.aa && result.value.rcode === RCODE.NOERROR;
}

function soaReply(questions: Questions, zone: Name, result: Result<Message>): SoaReply {
  if (!result.ok) return { kind: 'silent', why: result.error.message };
  const { value: message } = result;
  const record = questions.records(message.answer, zone, TYPE.SOA)[0];
  const soa = record && readSoa(record.rdata);
  const serial = soa?.ok ? { serial: soa.value.serial } : {};
  return { kind: 'answered', authoritative: message.aa, rcode: rcodeText(message), ...serial };
}
