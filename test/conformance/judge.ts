import type { Case, Shown, Vendor } from '@zonewire/nameserver/conformance-suite';
import { explainedDifferences } from '../explained-differences.ts';

export type Said = Shown | 'silence';

const explained = explainedDifferences();

/** Field by field where `said` is not what is wanted; empty: it is. */
export function apart(said: Said, wanted: Said): string {
  if (said === 'silence' || wanted === 'silence') return said === wanted ? '' : JSON.stringify(said);
  const fields = Object.keys(wanted) as (keyof Shown)[];
  const text = (shown: Shown, field: keyof Shown) => JSON.stringify(shown[field]);
  return fields
    .filter((field) => text(said, field) !== text(wanted, field))
    .map((field) => `${field} ${text(said, field)}, not ${text(wanted, field)}`)
    .join('; ');
}

/** The problem with what a peer said to a case, or none: it says what the table says, or the difference is explained. */
export function judge(vendor: Vendor, one: Case, wanted: Said, said: Said, apexes: readonly string[]): string[] {
  const problem = apart(essential(said, wanted, apexes), wanted);
  const difference = one.differs?.[vendor];
  if (problem === '') return difference === undefined ? [] : [`${vendor} agrees now: take "${difference}" out`];
  if (difference === undefined) return [`${vendor}: ${problem}`];
  return explained.has(difference) ? [] : [`docs/differences.md has no heading "### ${difference}"`];
}

/**
 * Without what nobody has to say: the NS of the zone beside an answer (BIND, NSD) and their addresses, EDNS options that the table does
 * not speak of.
 */
function essential(said: Said, wanted: Said, apexes: readonly string[]): Said {
  if (said === 'silence' || wanted === 'silence') return said;
  const isApexNs = (line: string) =>
    / in (ns|rrsig ns) /i.test(line) && apexes.includes(line.split(' ')[0].toLowerCase());
  const keepsNs = said.answer.length === 0 || wanted.authority.some(isApexNs);
  const extra = keepsNs ? [] : said.authority.filter(isApexNs);
  const hosts = extra.map((line) => line.split(' ').at(-1)?.toLowerCase());
  const isTheirAddress = (line: string) =>
    hosts.includes(line.split(' ')[0].toLowerCase()) && !wanted.additional.includes(line);
  const isSpokenOf = (part: string) => !part.startsWith('option ') || wanted.edns.split(', ').includes(part);
  return {
    ...said,
    authority: said.authority.filter((line) => !extra.includes(line)),
    additional: said.additional.filter((line) => !isTheirAddress(line)),
    edns: said.edns.split(', ').filter(isSpokenOf).join(', '),
  };
}
