import type { DelegationFinding, HostFacts, HostName } from '../model.ts';
import { glueLine, nsLine } from './registrar.ts';
import { finding, listText, parentText, union, type View } from './view.ts';

/** The names of the name servers: aliases, addresses, glue. */
export function hostFindings(view: View): DelegationFinding[] {
  const names = union([view.delegated, view.apex ?? []]);
  return names.flatMap((name) => {
    const host = view.host(name);
    return [...(host === undefined ? [] : nameFindings(view, host)), ...glueFindings(view, name, host)];
  });
}

function nameFindings(view: View, host: HostFacts): DelegationFinding[] {
  const { name, alias, addresses, problem } = host;
  const { zone } = view.facts;
  if (alias !== undefined)
    return [
      finding('ns-is-cname', name, `${name} is a name server of ${zone} and an alias for ${alias}`, {
        seen: [`${name} CNAME ${alias}`],
        advice: `Name ${alias} itself in the zone and at the registrar, or give ${name} addresses of its own.`,
        enter: [nsLine(alias)],
      }),
    ];
  if (addresses === undefined)
    return [
      finding('address-unknown', name, `the addresses of ${name} could not be looked up`, {
        seen: problem === undefined ? [] : [problem],
        advice: 'Configure a resolver (delegation.resolver, --resolver) that answers for it.',
      }),
    ];
  // What only the parent names is told of as such.
  const isOnlyAtParent = view.isInside(name) && view.apex !== undefined && !view.apex.includes(name);
  if (addresses.length > 0 || isOnlyAtParent) return [];
  return [
    finding('ns-has-no-address', name, `${name} is a name server of ${zone} and has no address`, {
      seen: problem === undefined ? [] : [problem],
      advice: view.isInside(name)
        ? `Add its A or AAAA record to ${zone}, and the same as glue at the registrar; or take it out of both.`
        : 'Add its A or AAAA record where its zone is kept; or take it out of the zone and at the registrar.',
    }),
  ];
}

/** RFC 9471: what resolvers need in a referral. Names outside the zone need none; what is given of them has to be right all the same. */
function glueFindings(view: View, name: HostName, host: HostFacts | undefined): DelegationFinding[] {
  const delegations = view.delegations.filter(({ says }) => !says.holdsZone && says.ns.includes(name));
  if (delegations.length === 0) return [];
  const found: DelegationFinding[] = [];
  const per = delegations.map((parent) => ({
    parent,
    glue: parent.says.glue.filter((one) => one.name === name).map(({ address }) => address),
  }));
  const given = union(per.map(({ glue }) => glue));
  const actual = host?.alias === undefined ? host?.addresses : undefined;
  const seen = [
    ...(actual === undefined ? [] : [`${view.isInside(name) ? 'in the zone' : 'resolved'}: ${listText(actual)}`]),
    ...per.map(({ parent, glue }) => `${parentText(parent)}: ${listText(glue)}`),
  ];
  const enter = (actual ?? []).map((address) => glueLine(name, address));
  if (view.isInside(name) && new Set(per.map(({ glue }) => listText(glue))).size > 1)
    found.push(
      finding('glue-differs-between-parents', name, `the parent's servers give different addresses for ${name}`, {
        seen,
        advice: "Wait until all of the parent's servers have the last change; if they never do, tell its operator.",
      }),
    );
  if (given.length === 0) {
    if (!view.isInside(name)) return found;
    found.push(
      finding('glue-missing', name, `the parent gives no address for ${name}, which is inside the zone`, {
        seen,
        advice: `Enter the addresses of ${name} at the registrar together with the name.`,
        enter,
      }),
    );
    return found;
  }
  if (actual === undefined || actual.length === 0) return found;
  for (const family of ['A', 'AAAA']) {
    const of = (list: readonly string[]) => list.filter((address) => address.includes(':') === (family === 'AAAA'));
    const lacking = of(actual).filter((address) => !given.includes(address));
    const extra = of(given).filter((address) => !actual.includes(address));
    if (extra.length > 0 && lacking.length > 0)
      found.push(
        finding(
          'glue-wrong',
          `${name} ${family}`,
          `the parent gives ${listText(extra)} for ${name}, it is ${listText(of(actual))}`,
          {
            seen,
            advice: `Correct the address of ${name} at the registrar.`,
            enter,
          },
        ),
      );
    else if (extra.length > 0)
      found.push(
        finding(
          'glue-extra',
          `${name} ${family}`,
          `the parent gives ${listText(extra)} for ${name}, which it does not have`,
          {
            seen,
            advice: `Take that address out at the registrar, or add it to the ${family} records of ${name}.`,
            enter,
          },
        ),
      );
    // A name outside the zone is found without glue: what is not given of it does no harm.
    else if (lacking.length > 0 && view.isInside(name))
      found.push(
        finding('glue-incomplete', `${name} ${family}`, `the parent does not give ${listText(lacking)} for ${name}`, {
          seen,
          advice: `Add that address of ${name} at the registrar, or take its ${family} record out of the zone.`,
          enter,
        }),
      );
  }
  return found;
}
