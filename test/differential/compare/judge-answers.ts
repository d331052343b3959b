import {
  CLASS,
  decodeMessage,
  name,
  nameFromText,
  nameKey,
  recordToText,
  typeFromText,
  typeToText,
  unwrap,
} from '@zonewire/shared-protocol';
import type { Question } from '../questions.ts';
import type { PeerName, Server } from '../servers.ts';
import { type Reply, readReply } from '../wire/read-reply.ts';
import type { Difference } from './differences.ts';
import { type Judge, ownFault } from './judge.ts';
import type { ZoneFacts } from './zone-facts.ts';

export interface Unexplained {
  readonly peer: PeerName | 'ourselves';
  /** What kind of difference it is, to find others of the kind. */
  readonly what: string;
  /** With the record. */
  readonly text: string;
}

/** What the servers that take the zone say, we first. */
export type Answers = readonly { readonly server: Server; readonly bytes: Uint8Array | undefined }[];

/** All that nobody can explain about the answers to one question. `wholeBytes`: our answer over TCP, where it was asked over UDP. */
export function judgeAnswers(
  judge: Judge,
  zone: ZoneFacts,
  origin: string,
  question: Question,
  [us, ...them]: Answers,
  wholeBytes: Uint8Array | undefined,
): Unexplained[] {
  if (us === undefined || us.server.name !== 'zonewire') return ourFault('the zone was refused');
  const ours = read(us.bytes);
  if (typeof ours === 'string') return ourFault(ours);
  const decoded = decodeMessage(us.bytes!);
  if (!decoded.ok) return ourFault(decoded.error.message);
  const whole = wholeBytes === undefined ? ours : read(wholeBytes);
  if (typeof whole === 'string') return ourFault(`over TCP: ${whole}`);
  const limit = limitOf(question);
  const fault = ownFault(ours, whole, limit);
  if (fault !== undefined) return ourFault(fault);
  const qname = nameKey(unwrap(nameFromText(question.name, name(origin))));
  return them.flatMap(({ server, bytes }) => {
    const peer = server.name as PeerName;
    const theirs = read(bytes);
    if (bytes === undefined) return [{ peer, what: 'no answer', text: 'no answer' }];
    const left = judge.judge({
      peer,
      qname,
      qtype: typeFromText(question.type)!,
      transport: question.transport,
      dnssecOk: question.edns?.dnssecOk ?? false,
      limit,
      zone,
      ours,
      whole,
      theirs,
    });
    return left.map((difference) => differenceText(peer, difference));
  });
}

function ourFault(what: string): Unexplained[] {
  return [{ peer: 'ourselves', what, text: what }];
}

function read(bytes: Uint8Array | undefined): Reply | string {
  if (bytes === undefined) return 'no answer';
  try {
    return readReply(bytes);
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`;
  }
}

/** RFC 6891 6.2.3 and 6.2.5, with the 1232 octets that all servers are set to. */
function limitOf({ transport, edns }: Question): number {
  if (transport === 'tcp') return 65_535;
  return edns ? Math.max(512, Math.min(1232, edns.udpSize)) : 512;
}

function differenceText(peer: PeerName, difference: Difference): Unexplained {
  if (!('side' in difference)) {
    const what = `${difference.what}: ours ${difference.ours}, theirs ${difference.theirs}`;
    return { peer, what, text: what };
  }
  const { what, side, record } = difference;
  const bytes = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
  const text = recordToText({
    name: bytes(record.owner),
    type: record.type,
    class: CLASS.IN,
    ttl: record.ttl,
    rdata: bytes(record.rdata),
  });
  return {
    peer,
    what: `${what}: only ${side}: ${typeToText(record.type)}`,
    text: `${what}: only ${side}: ${text}`,
  };
}
