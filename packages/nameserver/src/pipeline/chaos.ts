import { CLASS, LOWER, type MessageWriter, type Name, name, TYPE } from '@zonewire/shared-protocol';
import { Query } from './query.ts';

/**
 * TXT records of class CHAOS that tell which server this is: `id.server.` (RFC 4892) and the names BIND made common.
 * What is configured off is refused like every other name of that class.
 */
export class ChaosNames {
  readonly #answers: { readonly owner: Name; readonly rdata: Uint8Array }[] = [];

  /** `identity` empty, `version` false: not answered. */
  constructor(identity: string, version: string | false) {
    const add = (owner: string, text: string | false) => {
      if (text !== false && text !== '') this.#answers.push({ owner: name(owner), rdata: textRdata(text) });
    };
    add('id.server.', identity);
    add('hostname.bind.', identity);
    add('version.server.', version);
    add('version.bind.', version);
  }

  /** Writes the answer record behind the question; false: REFUSED. */
  write(writer: MessageWriter, query: Query): boolean {
    if (query.type !== TYPE.TXT && query.type !== TYPE.ANY) return false;
    for (const { owner, rdata } of this.#answers) {
      if (!isAsked(owner, query)) continue;
      return writer.recordAt(1, Query.NAME_START, TYPE.TXT, CLASS.CH, 0, rdata, 0, rdata.length);
    }
    return false;
  }
}

function isAsked(owner: Name, { bytes, nameEnd }: Query): boolean {
  if (nameEnd - Query.NAME_START !== owner.length) return false;
  for (let i = 0; i < owner.length; i++) if (LOWER[bytes[Query.NAME_START + i]] !== owner[i]) return false;
  return true;
}

/** One character-string (RFC 1035 3.3.14). */
function textRdata(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text).subarray(0, 255);
  return Uint8Array.from([octets.length, ...octets]);
}
