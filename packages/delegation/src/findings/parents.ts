import type { DelegationFinding } from '../model.ts';
import { nsLine } from './registrar.ts';
import { finding, listText, parentText, type View } from './view.ts';

/** Who of the parent answers at all, and whether its servers agree. */
export function parentFindings(view: View): DelegationFinding[] {
  const { facts, delegations, apex, delegated } = view;
  const found: DelegationFinding[] = [];
  const { zone, parents } = facts;
  const answering = parents.filter(({ says }) => says.kind === 'delegation' || says.kind === 'no-delegation');
  const parentWords = facts.parent === undefined ? 'the parent' : `the parent ${facts.parent}`;
  if (answering.length === 0) {
    found.push(
      finding('parent-not-found', facts.parent ?? zone, `what ${parentWords} says of ${zone} could not be asked`, {
        seen: [
          ...(facts.parentProblem === undefined ? [] : [facts.parentProblem]),
          ...parents.map((parent) => `${parentText(parent)}: ${'why' in parent.says ? parent.says.why : ''}`),
        ],
        advice: 'Check that DNS queries leave this machine, and the resolver or the parents that are configured.',
      }),
    );
    return found;
  }
  for (const parent of parents) {
    if (parent.says.kind === 'silent')
      found.push(
        finding('parent-unreachable', parent.address, `${parentText(parent)} does not answer: ${parent.says.why}`, {
          advice: `Nothing to change for ${zone}; check again later.`,
        }),
      );
    if (parent.says.kind === 'lame')
      found.push(
        finding('parent-lame', parent.address, `${parentText(parent)} does not answer for it: ${parent.says.why}`, {
          advice: `Tell the operator of ${facts.parent ?? 'the parent zone'}.`,
        }),
      );
  }
  const denying = parents.filter(({ says }) => says.kind === 'no-delegation');
  if (denying.length > 0)
    found.push(
      finding(
        'not-delegated',
        zone,
        `${zone} is not delegated by ${denying.length} of ${answering.length} parent servers`,
        {
          seen: denying.map((parent) => `${parentText(parent)}: ${'why' in parent.says ? parent.says.why : ''}`),
          advice:
            delegations.length === 0
              ? 'Enter the name servers at the registrar.'
              : "If it was entered just now, wait until all of the parent's servers have it.",
          enter: delegations.length === 0 ? (apex ?? []).map(nsLine) : [],
        },
      ),
    );
  for (const parent of delegations.filter(({ says }) => says.holdsZone))
    found.push(
      finding('parent-holds-zone', parent.address, `${parentText(parent)} serves ${zone} itself`, {
        advice: 'Look at the delegation by the other servers of the parent, or in the zone of the parent.',
      }),
    );
  const differing = new Set(delegations.map(({ says }) => listText(says.ns)));
  if (differing.size > 1)
    found.push(
      finding('ns-differs-between-parents', zone, `the parent's servers name different name servers for ${zone}`, {
        seen: delegations.map((parent) => `${parentText(parent)}: ${listText(parent.says.ns)}`),
        advice: "Wait until all of the parent's servers have the last change; if they never do, tell its operator.",
      }),
    );
  if (apex === undefined || delegations.length === 0) return found;
  found.push(...setFindings(view, apex, delegated));
  return found;
}

function setFindings(view: View, apex: readonly string[], delegated: readonly string[]): DelegationFinding[] {
  const { facts, delegations } = view;
  const at = (name: string, isThere: boolean) =>
    delegations.filter(({ says }) => says.ns.includes(name) === isThere).map(parentText);
  const missing = apex.filter((name) => delegations.some(({ says }) => !says.holdsZone && !says.ns.includes(name)));
  const extra = delegated.filter((name) => !apex.includes(name));
  return [
    ...missing.map((name) =>
      finding(
        'ns-missing-at-parent',
        name,
        `${name} is a name server of ${facts.zone} and the parent does not say so`,
        {
          seen: [`in the zone: ${listText(apex)}`, ...at(name, false).map((parent) => `${parent}: without it`)],
          advice: `Add it at the registrar, or take its NS record out of the zone if it is no longer to serve it.`,
          enter: [nsLine(name)],
        },
      ),
    ),
    ...extra.map((name) =>
      finding('ns-extra-at-parent', name, `the parent names ${name}, which the zone does not`, {
        seen: [`in the zone: ${listText(apex)}`, ...at(name, true).map((parent) => `${parent}: names it`)],
        advice: 'Take it out at the registrar, or add an NS record for it to the zone if it is to serve it.',
        enter: apex.map(nsLine),
      }),
    ),
  ];
}
