import { EDNS_OPTION } from '../record/constants.ts';
import type { Edns, EdnsOption } from './opt.ts';

const NOTHING = new Uint8Array(0);
const text = new TextEncoder();

/** The first option with this code. */
export function findOption(edns: Edns | undefined, code: number): EdnsOption | undefined {
  return edns?.options.find((option) => option.code === code);
}

/** NSID (RFC 5001): asks with no data, answers with the server's identity. */
export function nsidOption(identity?: string): EdnsOption {
  return { code: EDNS_OPTION.NSID, data: identity === undefined ? NOTHING : text.encode(identity) };
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

/** Extended DNS Error (RFC 8914 2); `extra` is for people, kept short by the caller. */
export function extendedErrorOption(infoCode: number, extra = ''): EdnsOption {
  const words = text.encode(extra);
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
