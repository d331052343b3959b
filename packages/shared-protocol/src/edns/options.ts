import { EDNS_OPTION } from '../record/constants.ts';
import type { Edns, EdnsOption } from './opt.ts';

const NOTHING = new Uint8Array(0);
const utf8 = new TextEncoder();

/** The first option with this code. */
export function findOption(edns: Edns | undefined, code: number): EdnsOption | undefined {
  return edns?.options.find((option) => option.code === code);
}

/** NSID (RFC 5001): asks with no data, answers with the server's identity. */
export function nsidOption(identity?: string): EdnsOption {
  return { code: EDNS_OPTION.NSID, data: identity === undefined ? NOTHING : utf8.encode(identity) };
}

/** EXPIRE (RFC 7314): asks with no data, answers with the seconds left until the zone expires at the answering server. */
export function expireOption(seconds?: number): EdnsOption {
  if (seconds === undefined) return { code: EDNS_OPTION.EXPIRE, data: NOTHING };
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, Math.min(Math.max(0, Math.floor(seconds)), 0xffff_ffff));
  return { code: EDNS_OPTION.EXPIRE, data };
}

/** Seconds of an EXPIRE answer; undefined when there is none, or it is only the question (RFC 7314 2: 0 or 4 octets). */
export function readExpire(edns: Edns | undefined): number | undefined {
  const data = findOption(edns, EDNS_OPTION.EXPIRE)?.data;
  if (data?.length !== 4) return undefined;
  return new DataView(data.buffer, data.byteOffset, 4).getUint32(0);
}

/**
 * In an IXFR over TCP that a NOTIFY has caused, without an SOA query before it: "tell me of the next version while you are still storing it; I ask
 * for it as I do now, and wait for the answer". Servers that do not know it pass over it (RFC 6891 6.1.2).
 */
export function foretellOption(): EdnsOption {
  return { code: EDNS_OPTION.FORETELL, data: NOTHING };
}

/** RFC 9660 2: the one type of zone version that there is. */
export const ZONEVERSION_SOA_SERIAL = 0;

/** ZONEVERSION (RFC 9660 3.1): asks, with nothing in it. */
export function zoneVersionOption(): EdnsOption {
  return { code: EDNS_OPTION.ZONEVERSION, data: NOTHING };
}

/** The SOA serial that a ZONEVERSION answer speaks of, for the zone with so many labels; undefined when it says none (RFC 9660 2). */
export function readZoneVersion(edns: Edns | undefined, labels: number): number | undefined {
  for (const { code, data } of edns?.options ?? []) {
    if (code !== EDNS_OPTION.ZONEVERSION || data.length !== 6) continue;
    if (data[0] === labels && data[1] === ZONEVERSION_SOA_SERIAL)
      return new DataView(data.buffer, data.byteOffset, 6).getUint32(2);
  }
  return undefined;
}

/** Octets of an NSID that are shown; who needs more would be hard to tell apart by eye anyway. */
const NSID_SHOWN = 64;

/**
 * The identity in an NSID answer as people read it: as text when it is printable ASCII, else in hex (RFC 5001 2.3 leaves its content to
 * the server: it may be anything). Undefined when there is none, or it is empty.
 */
export function readNsid(edns: Edns | undefined): string | undefined {
  const data = findOption(edns, EDNS_OPTION.NSID)?.data;
  if (data === undefined || data.length === 0) return undefined;
  const shown = data.subarray(0, NSID_SHOWN);
  const more = data.length > NSID_SHOWN ? '…' : '';
  const isText = shown.every((octet) => octet >= 0x20 && octet < 0x7f);
  const text = isText
    ? String.fromCharCode(...shown)
    : `0x${Array.from(shown, (octet) => octet.toString(16).padStart(2, '0')).join('')}`;
  return text + more;
}

/** Extended DNS Error (RFC 8914 2); `extra` is for people, kept short by the caller. */
export function extendedErrorOption(infoCode: number, extra = ''): EdnsOption {
  const words = utf8.encode(extra);
  const data = new Uint8Array(2 + words.length);
  data[0] = infoCode >>> 8;
  data[1] = infoCode;
  data.set(words, 2);
  return { code: EDNS_OPTION.EDE, data };
}

/** The Extended DNS Errors of an answer, in order; options too short to hold a code are left out. */
export function readExtendedErrors(edns: Edns | undefined): { infoCode: number; extra: string }[] {
  const errors: { infoCode: number; extra: string }[] = [];
  for (const { code, data } of edns?.options ?? []) {
    if (code !== EDNS_OPTION.EDE || data.length < 2) continue;
    errors.push({ infoCode: (data[0] << 8) | data[1], extra: new TextDecoder().decode(data.subarray(2)) });
  }
  return errors;
}
