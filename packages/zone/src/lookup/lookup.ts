import type { ZoneVersion } from '../version.ts';
import type { LookupResult } from './lookup-result.ts';

export function lookup(
  _version: ZoneVersion,
  _qname: Uint8Array,
  _qnameStart: number,
  _qnameEnd: number,
  _qtype: number,
  _dnssecOk: boolean,
  _result: LookupResult,
): void {
  throw new Error('lookup is being written');
}
