import {
  isName,
  isSubdomain,
  lowercaseName,
  type Message,
  type Name,
  namesEqual,
  nameToText,
  RCODE,
  type ResourceRecord,
  rcodeToText,
  rdataToText,
  TYPE,
} from '@zonewire/shared-protocol';
import type { Glue, HostName } from '../model.ts';
import type { Questions } from './questions.ts';

export function hostName(name: Name): HostName {
  return nameToText(lowercaseName(name));
}

/** Names of NS records, each once. */
export function nsNames(records: readonly ResourceRecord[]): Name[] {
  const names = new Map<HostName, Name>();
  for (const { rdata } of records) if (isName(rdata)) names.set(hostName(rdata), lowercaseName(rdata));
  return [...names.values()];
}

/** The address of an A or AAAA record; undefined: it is none. */
export function addressOf({ type, rdata }: ResourceRecord): string | undefined {
  const isAddress = (type === TYPE.A && rdata.length === 4) || (type === TYPE.AAAA && rdata.length === 16);
  return isAddress ? rdataToText(type, rdata) : undefined;
}

/** Addresses in the additional section for `names`, as far as the server of `within` may speak of them. */
export function glueOf(message: Message, names: readonly Name[], within: Name, questions: Questions): Glue[] {
  const glue: Glue[] = [];
  for (const name of names) {
    if (!isSubdomain(name, within)) continue;
    for (const type of [TYPE.A, TYPE.AAAA]) {
      for (const record of questions.records(message.additional, name, type)) {
        const address = addressOf(record);
        if (address !== undefined) glue.push({ name: hostName(name), address });
      }
    }
  }
  return glue;
}

/** The owner of the NS records of a referral: the deepest cut on the way to `name` that the server tells of. */
export function referralOwner(message: Message, name: Name, from: Name): Name | undefined {
  if (message.aa || message.rcode !== RCODE.NOERROR || message.answer.length > 0) return undefined;
  const ns = message.authority.find(({ type, name: owner }) => type === TYPE.NS && isSubdomain(name, owner));
  // Upwards or sideways leads nowhere.
  if (ns === undefined || !isSubdomain(ns.name, from) || namesEqual(ns.name, from)) return undefined;
  return ns.name;
}

export function rcodeText({ rcode }: Message): string {
  return rcodeToText(rcode);
}
