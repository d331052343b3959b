import { type Name, parseRecords, ROOT, recordToText } from '@zonewire/shared-protocol';
import { DENIALS, type Denial, makeSigner, VENDORS, type Vendor } from '../../dnssec/signers.ts';

import { octetsOf } from './labels.ts';
import type { Records } from './zone.ts';

/** How a zone is signed, or undefined for one that is not. */
export interface Signing {
  readonly vendor: Vendor;
  readonly denial: Denial;
}

/** Every second zone is signed; the ways take turns. */
export function signingFor(index: number, records: Records): Signing | undefined {
  if (index % 2 === 0) return undefined;
  const turn = index >>> 1;
  const vendor = VENDORS[turn % VENDORS.length];
  const denial = DENIALS[turn % DENIALS.length];
  // Knot 3.2.6 does not bring names with the octet 0 into canonical order.
  const hasZeroOctet = records.some(({ owner }) => owner.some((label) => octetsOf(label).includes(0)));
  return { denial, vendor: vendor === 'Knot' && hasZeroOctet ? 'BIND' : vendor };
}

/** The zone text, signed with new keys: by the first of the tools that takes it, the wanted one tried before the others. */
export async function signed(origin: string, text: string, { vendor, denial }: Signing): Promise<string> {
  const problems: string[] = [];
  for (const one of [vendor, ...VENDORS.filter((other) => other !== vendor)]) {
    const signer = await makeSigner(one, denial, origin);
    try {
      return plainText(await signer.sign(text));
    } catch (error) {
      problems.push(`${one}: ${(error as Error).message.slice(0, 600)}`);
    } finally {
      signer.remove();
    }
  }
  throw new Error(`no tool signs ${origin} with ${denial}:\n${problems.join('\n')}`);
}

/**
 * The records with every unusual octet as `\\DDD` and unusual rdata in the form of RFC 3597 5: signers write names that Knot (`\\@`) and NSD
 * (`\\\\.`) do not read.
 */
function plainText(text: string): string {
  return parseRecords(text)
    .map((record) => {
      const [, , , type, ...rdata] = recordToText({ ...record, name: ROOT }).split(' ');
      const words = rdata.join(' ');
      const plain =
        /[^\w .:*"=-]/.test(words) && !words.startsWith('\\#')
          ? `\\# ${record.rdata.length} ${Buffer.from(record.rdata).toString('hex')}`
          : words;
      return `${escapedName(record.name)} ${record.ttl} IN ${type} ${plain}\n`;
    })
    .join('');
}

function escapedName(owner: Name): string {
  let text = '';
  for (let at = 0; owner[at] !== 0; at += owner[at] + 1) {
    for (const octet of owner.subarray(at + 1, at + 1 + owner[at])) {
      const one = String.fromCharCode(octet);
      text += /[\w*-]/.test(one) ? one : `\\${String(octet).padStart(3, '0')}`;
    }
    text += '.';
  }
  return text;
}
