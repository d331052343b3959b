import {
  decodeRun,
  EDNS_OPTION,
  type Edns,
  expireOption,
  FLAG,
  findOption,
  type Message,
  type ResourceRecord,
  TransferWriter,
} from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { TransferPlan, TransferSource } from './plan.ts';

/** What every message of an answer has in common. */
export interface AnswerForm {
  readonly request: Message;
  readonly source: TransferSource;
  /** Largest message in octets, `reserve` for a TSIG record included. */
  readonly maxMessageSize?: number | undefined;
  readonly reserve: number;
}

/** What UDP payload size the answer's own OPT record offers (DNS flag day 2020). */
const UDP_SIZE = 1232;

/**
 * The messages of a planned answer, packed one at a time as they are asked for: the zone is never in memory as messages.
 * The version is held until the generator ends. `onWriter` gets to see how far it has come.
 */
export function* transferMessages(
  plan: TransferPlan,
  form: AnswerForm,
  onWriter?: (writer: TransferWriter) => void,
): Generator<Uint8Array, TransferWriter, void> {
  const { request, source, maxMessageSize, reserve } = form;
  const finished: Uint8Array[] = [];
  const writer = new TransferWriter({
    id: request.id,
    question: request.question[0],
    // RFC 5936 2.2.1: AA, RD as in the query.
    flags: FLAG.QR | FLAG.AA | (request.rd ? FLAG.RD : 0),
    edns: answerEdns(request, source),
    maxMessageSize,
    reserve,
    onMessage: (message) => finished.push(message),
  });
  onWriter?.(writer);
  for (const _ of writeAnswer(plan, source.version, writer)) while (finished.length > 0) yield finished.shift()!;
  writer.end();
  yield* finished;
  return writer;
}

/** Names written between two looks at what is finished: fewer records than a message holds, in most zones. */
const STEP = 64;

/** Writes the answer section of a planned answer, with a pause after every few records. */
function* writeAnswer(plan: TransferPlan, version: ZoneVersion, writer: TransferWriter): Generator<void, void, void> {
  const soa = version.soaRecord;
  switch (plan.kind) {
    case 'up-to-date':
      return write(writer, soa);
    case 'diffs':
      // RFC 1995 4: the newest SOA, the sequences (old SOA, removed, new SOA, added), the newest SOA.
      write(writer, soa);
      for (const diff of plan.diffs) {
        for (const record of decodeRun(diff.bytes)) {
          write(writer, record);
          yield;
        }
      }
      return write(writer, soa);
    case 'axfr':
    case 'axfr-style':
      // RFC 5936 2.2: SOA first and last.
      yield* version.forEachRecordInSteps(writer, STEP);
      return write(writer, soa);
  }
}

function write(writer: TransferWriter, { name, type, ttl, rdata }: ResourceRecord): void {
  writer.add(name, 0, name.length, type, ttl, rdata, 0, rdata.length);
}

/** RFC 6891 6.1.1: an OPT record exactly when the request has one; EXPIRE when it asks for it (RFC 7314 2). */
export function answerEdns(request: Message, source: TransferSource): Edns | undefined {
  const { edns } = request;
  if (edns === undefined) return undefined;
  const options = findOption(edns, EDNS_OPTION.EXPIRE) === undefined ? [] : [expireOption(source.secondsToExpire)];
  return { udpSize: UDP_SIZE, version: 0, dnssecOk: edns.dnssecOk, extendedRcode: 0, options };
}
