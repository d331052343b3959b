import { ZONE_CHECKS } from './registry.ts';

/** docs/checks.md: every check with its severity and explanation. Written by packages/cli/src/write-generated.ts. */
export function checksDocument(): string {
  const sections = Object.entries(ZONE_CHECKS).map(
    ([name, { severity, explanation }]) => `## ${name}\n\n**${severity}.** ${explanation}\n`,
  );
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# Zone checks

What \`zonewire zone check FILE\` and a primary that loads a zone file look for beyond the syntax of the text. An **error** refuses the
zone: the version served stays. A **warning** is logged (field \`check\`) and stands on the zone's status. Both are printed as
\`file:line:column: owner: what is wrong [name of the check]\`; \`zonewire zone check -o json\` gives the parts.
\`--serial N\` tells \`zone check\` which serial is served, for serial-backwards.

This file is made from packages/zone/src/checks/registry.ts by \`node packages/cli/src/write-generated.ts\`.
`;
