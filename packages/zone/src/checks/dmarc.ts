import { nameToText, TYPE } from '@zonewire/shared-protocol';
import type { RRset } from '../rrset.ts';
import type { CheckFindings } from './finding.ts';
import { readTagList, shown, type Tag } from './tag-list.ts';
import { joinedText } from './txt.ts';

/** Values of the tags that have a closed set of them (RFC 7489 6.3). */
const FORMS: Readonly<Record<string, RegExp>> = {
  p: /^(none|quarantine|reject)$/i,
  sp: /^(none|quarantine|reject)$/i,
  np: /^(none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  pct: /^(100|\d{1,2})$/,
  ri: /^\d{1,10}$/,
  fo: /^[01ds](\s*:\s*[01ds])*$/i,
  rua: /^[a-z][a-z0-9+.-]*:[^\s,]+(\s*,\s*[a-z][a-z0-9+.-]*:[^\s,]+)*$/i,
  ruf: /^[a-z][a-z0-9+.-]*:[^\s,]+(\s*,\s*[a-z][a-z0-9+.-]*:[^\s,]+)*$/i,
};

/** The TXT records of a name `_dmarc.…` (RFC 7489 6.3). */
export function checkDmarc({ name, rdatas }: RRset, findings: CheckFindings): void {
  const at = { name, type: TYPE.TXT };
  const texts = rdatas.map(joinedText);
  const policies = texts.filter((text) => /^v\s*=\s*DMARC1\s*(;|$)/.test(text));
  if (policies.length > 1)
    findings.found('several-dmarc', at, `${policies.length} DMARC records at one name; keep one (RFC 7489 6.6.3)`);
  for (const text of texts) {
    const wrong = policies.includes(text) ? wrongPolicy(text) : wrongStart(text, policies.length > 0);
    if (wrong !== undefined)
      findings.found('dmarc-malformed', at, `the DMARC record of ${nameToText(name)} ${wrong} (RFC 7489 6.3)`);
  }
}

/** Other texts may stand beside a policy (RFC 7489 6.6.3); one that is nearly a policy is a mistake. */
function wrongStart(text: string, besidePolicy: boolean): string | undefined {
  if (besidePolicy && !/^\s*v\s*=\s*dmarc/i.test(text)) return undefined;
  return `begins with ${shown(text)} and not with "v=DMARC1;"`;
}

function wrongPolicy(text: string): string | undefined {
  const tags = readTagList(text);
  if (typeof tags === 'string') return tags;
  const has = (name: string): Tag | undefined => tags.find((tag) => tag.name === name);
  for (const { name, value } of tags) {
    const form = FORMS[name];
    if (form !== undefined && !form.test(value)) return `has ${name}=${shown(value)}, which is no value of that tag`;
  }
  // Without p a policy counts as p=none when it asks for reports (RFC 7489 6.6.3).
  if (has('p') === undefined && has('rua') === undefined) return 'has no p=none, p=quarantine or p=reject';
  return undefined;
}
