import type { Log, Refusal, RequestContext } from '@zonewire/nameserver';
import { EDE, type Message, nameToText, RCODE, readUpdate } from '@zonewire/shared-protocol';
import type { Committed } from '../commit.ts';
import { ChangeRefused } from '../refusals.ts';
import type { ChangeRequest } from './evaluate.ts';

export interface UpdateCounters {
  /** Answered NOERROR: with a new serial, and without one. */
  changed: number;
  unchanged: number;
}

export function newUpdateCounters(): UpdateCounters {
  return { changed: 0, unchanged: 0 };
}

/** What a refusal is in the words of RFC 8914; the text says the rest. */
const INFO_CODES: Readonly<Record<string, number>> = {
  'zone-not-loaded': EDE.NOT_READY,
  'zone-closing': EDE.NOT_READY,
  'zone-signed': EDE.NOT_SUPPORTED,
  'update-signature': EDE.NOT_SUPPORTED,
};

/** RFC 2136 3: the answer to an UPDATE that is verified and allowed already; NOERROR only when its outcome is durable and served. */
export async function answerUpdate(
  message: Message,
  { peerAddress, key, transport }: RequestContext,
  change: (request: ChangeRequest) => Promise<Committed>,
  counters: UpdateCounters,
  log: Log,
): Promise<number | Refusal> {
  const fields = { peer: peerAddress, key: key && nameToText(key.name), transport };
  const refuse = (rcode: number, code: string, why: string, told = why): Refusal => {
    log.info({ ...fields, rcode, code }, `update refused: ${why}`);
    return { rcode, ede: { infoCode: INFO_CODES[code] ?? EDE.OTHER, extra: told } };
  };
  const read = readUpdate(message);
  if (!read.ok) return refuse(read.error.rcode, read.error.code, read.error.message);
  try {
    const { serial, changed, ignored } = await change(read.value);
    if (changed) counters.changed++;
    else counters.unchanged++;
    const updates = read.value.updates.length;
    log.debug({ ...fields, serial, changed, updates, ignored }, changed ? 'update done' : 'update changed nothing');
    return RCODE.NOERROR;
  } catch (error) {
    if (!(error instanceof ChangeRefused)) throw error;
    // What went wrong inside (paths, the disk) is for the log; a sender need not read it.
    const told = error.cause === undefined ? error.message : 'the change could not be stored';
    return refuse(error.rcode, error.code, error.message, told);
  }
}
