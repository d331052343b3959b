import { nameToText, TYPE } from '@zonewire/shared-protocol';
import type { RRset } from '../rrset.ts';
import type { CheckFindings } from './finding.ts';
import { readTagList, shown } from './tag-list.ts';
import { joinedText } from './txt.ts';

const ED25519_OCTETS = 32;

/** The TXT records of a selector below `_domainkey` (RFC 6376 3.6.1). */
export function checkDkim({ name, rdatas }: RRset, findings: CheckFindings): void {
  const at = { name, type: TYPE.TXT };
  if (rdatas.length > 1)
    findings.found('several-dkim', at, `${rdatas.length} TXT records at one selector; keep one (RFC 6376 3.6.2.2)`);
  for (const rdata of rdatas) {
    const wrong = wrongKey(joinedText(rdata));
    if (wrong !== undefined)
      findings.found('dkim-malformed', at, `the DKIM key of ${nameToText(name)} ${wrong} (RFC 6376 3.6.1)`);
  }
}

function wrongKey(text: string): string | undefined {
  const tags = readTagList(text);
  if (typeof tags === 'string') return tags;
  const valueOfTag = (wanted: string) => tags.find((tag) => tag.name === wanted)?.value;
  const version = valueOfTag('v');
  if (version !== undefined && (version !== 'DKIM1' || tags[0].name !== 'v'))
    return `has v=${shown(version)}; write v=DKIM1 and in the first place, or leave it out`;
  const key = valueOfTag('p');
  if (key === undefined) return 'has no p= with the public key';
  const octets = base64Length(key.replace(/\s+/g, ''));
  if (octets < 0) return `has p=${shown(key)}, which is not base64`;
  // An empty key says that it is revoked.
  if (valueOfTag('k')?.toLowerCase() === 'ed25519' && octets > 0 && octets !== ED25519_OCTETS)
    return `has an ed25519 key of ${octets} octets; it has ${ED25519_OCTETS} (RFC 8463 4.2)`;
  return undefined;
}

/** -1 when it is not base64. */
function base64Length(text: string): number {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return -1;
  return (text.length / 4) * 3 - (text.length - text.replace(/=/g, '').length);
}
