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
export function judge(vendor: Vendor, one: Case, wanted: Said, said: Said, apex: string): string[] {
  const problem = apart(essential(said, wanted, apex), wanted);
  const difference = one.differs?.[vendor];
  if (problem === '') return difference === undefined ? [] : [`${vendor} agrees now: take "${difference}" out`];
  if (difference === undefined) return [`${vendor}: ${problem}`];
  return explained.has(difference) ? [] : [`docs/differences.md has no heading "### ${difference}"`];
}

/** Without what nobody has to say: the NS of the zone beside an answer (BIND, NSD), EDNS options that the table does not speak of. */
function essential(said: Said, wanted: Said, apex: string): Said {
  if (said === 'silence' || wanted === 'silence') return said;
  const isApexNs = (line: string) => line.toLowerCase().startsWith(`${apex} `) && / in (ns|rrsig ns) /i.test(line);
  const keepsNs = said.answer.length === 0 || wanted.authority.some(isApexNs);
  const isSpokenOf = (part: string) => !part.startsWith('option ') || wanted.edns.split(', ').includes(part);
  return {
    ...said,
    authority: keepsNs ? said.authority : said.authority.filter((line) => !isApexNs(line)),
    edns: said.edns.split(', ').filter(isSpokenOf).join(', '),
  };
}
