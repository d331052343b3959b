import { type KeySet, secureEntry } from '@zonewire/zone';
import type { DelegationFinding } from '../model.ts';
import { dsLine, dsText, registrarEntry } from './registrar.ts';
import { finding, listText, parentText, serialOf, serverText, union, type View } from './view.ts';

/** DS at the parent against DNSKEY at every name server (RFC 4035 5.2). */
export function dnssecFindings(view: View): DelegationFinding[] {
  const { facts, delegations, truth } = view;
  const told = delegations.filter(({ says }) => says.ds !== undefined);
  if (told.length === 0) return [];
  const ds = distinct(told.flatMap(({ says }) => says.ds!));
  const found: DelegationFinding[] = [];
  const sets = told.map(({ says }) => listText(says.ds!.map(dsText)));
  if (new Set(sets).size > 1)
    found.push(
      finding(
        'ds-differs-between-parents',
        facts.zone,
        `the parent's servers have different DS records for ${facts.zone}`,
        {
          seen: told.map((parent, i) => `${parentText(parent)}: ${sets[i]}`),
          advice: "Wait until all of the parent's servers have the last change; if they never do, tell its operator.",
        },
      ),
    );
  found.push(...keySetFindings(view));
  const enter = registrarEntry(view).ds.map(dsLine);
  if (ds.length === 0) {
    if ((truth?.keys?.keys.length ?? 0) > 0)
      found.push(
        finding('ds-missing', facts.zone, `${facts.zone} is signed and the parent has no DS for it`, {
          advice: 'Enter the DS at the registrar once every name server serves the signed zone.',
          enter,
        }),
      );
    return found;
  }
  found.push(...entryFindings(view, ds, enter));
  return found;
}

function entryFindings(view: View, ds: readonly Uint8Array[], enter: readonly string[]): DelegationFinding[] {
  const { facts, zone, truth } = view;
  const found: DelegationFinding[] = [];
  const now = facts.at / 1000;
  const atParent = `DS at the parent: ${listText(ds.map(dsText))}`;
  const all = facts.primary === undefined ? facts.servers : [facts.primary, ...facts.servers];
  let orphans: readonly Uint8Array[] = [];
  for (const server of all) {
    if (server.keys === undefined || serialOf(server) === undefined) continue;
    const subject = server === facts.primary ? 'primary' : `${server.name} ${server.address}`;
    if (server.keys.keys.length === 0) {
      found.push(
        finding(
          'dnskey-missing',
          subject,
          `${serverText(server)} serves ${facts.zone} without DNSKEY, and the parent has a DS`,
          {
            seen: [atParent],
            advice:
              'Have it serve the signed zone; if the zone is to be unsigned, take every DS out at the registrar first.',
          },
        ),
      );
      continue;
    }
    const { matching, orphans: without, unsupported, fault } = secureEntry(zone, server.keys, ds, now);
    if (server === truth && matching.length > 0) orphans = without;
    if (matching.length === 0 && without.length === 0) {
      if (server === truth)
        found.push(
          finding('ds-unsupported', facts.zone, 'no DS at the parent has a digest type and an algorithm known here', {
            seen: [atParent],
            advice: 'Enter a DS with digest type 2 (SHA-256) of a key of algorithm 8 or 13.',
            enter,
          }),
        );
    } else if (matching.length === 0)
      found.push(
        finding(
          'ds-mismatch',
          subject,
          `no DS at the parent stands for a key that ${serverText(server)} answers with`,
          {
            seen: [atParent, `for its keys it would be: ${listText(enter)}`],
            advice:
              'Enter the DS of the key in use at the registrar and take the others out; until then validation fails.',
            enter,
          },
        ),
      );
    else if (fault !== undefined)
      found.push(
        finding(
          'dnskey-not-signed',
          subject,
          `${serverText(server)}: the key of DS ${matching[0][0] * 256 + matching[0][1]} does not vouch for the DNSKEY records: ${fault}`,
          {
            seen: [atParent, ...(unsupported.length > 0 ? ['other DS records cannot be checked here'] : [])],
            advice: 'Sign the zone again with that key, and see that every name server has the new version.',
          },
        ),
      );
  }
  for (const orphan of orphans)
    found.push(
      finding(
        'ds-without-key',
        dsText(orphan).slice(0, 40),
        `a DS at the parent stands for no key of ${facts.zone}: ${dsText(orphan)}`,
        {
          advice: 'Leave it during a rollover; otherwise take it out at the registrar.',
          enter,
        },
      ),
    );
  return found;
}

function keySetFindings(view: View): DelegationFinding[] {
  const { facts, truth } = view;
  const wanted = truth && serialOf(truth);
  const same = facts.servers.filter((server) => server.keys !== undefined && serialOf(server) === wanted);
  const signed = same.filter(({ keys }) => keys!.keys.length > 0);
  if (new Set(signed.map(({ keys }) => keysText(keys!))).size <= 1) return [];
  return [
    finding('dnskey-differs', facts.zone, `servers of ${facts.zone} with one serial have different DNSKEY records`, {
      seen: signed.map((server) => `${serverText(server)}: ${server.keys!.keys.length} keys`),
      advice:
        'Transfer the zone anew (zonewire zone retransfer) on the one that is wrong, and see where it takes it from.',
    }),
  ];
}

function keysText({ keys }: KeySet): string {
  return listText(keys.map((key) => Buffer.from(key).toString('hex')));
}

function distinct(rdatas: readonly Uint8Array[]): Uint8Array[] {
  const texts = union([rdatas.map((rdata) => Buffer.from(rdata).toString('hex'))]);
  return texts.map((text) => new Uint8Array(Buffer.from(text, 'hex')));
}
