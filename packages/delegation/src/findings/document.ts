import { DEFAULT_DELEGATION_LIMITS, LIMIT_WORDS, type LimitName } from '../limits.ts';
import { DELEGATION_FINDINGS } from './registry.ts';

/** docs/delegation.md: how to check, the limits, and every finding. Written by packages/cli/src/write-generated.ts. */
export function delegationDocument(): string {
  const limits = Object.entries(LIMIT_WORDS).map(
    ([name, words]) => `- **${name}**: ${words(DEFAULT_DELEGATION_LIMITS[name as LimitName])}`,
  );
  const sections = Object.entries(DELEGATION_FINDINGS).map(
    ([name, { severity, explanation }]) => `### ${name}\n\n**${severity}.** ${explanation}\n`,
  );
  return `${HEAD}${LIMITS_HEAD}${limits.join('\n')}\n\n## Findings\n\n${sections.join('\n')}`;
}

const HEAD = `# Delegation checks

\`zonewire delegation check ZONE\` asks the servers of the parent zone what they tell the world (NS, glue, DS), asks every name server
over UDP and TCP, and compares that with the zone itself and with the secondaries of the configuration. It says what is wrong and
what to enter at the registrar. Exit code 0: fine (notices do not count), 1: an error or a warning, 2: wrong usage.

\`\`\`sh
zonewire delegation check example.org.                               # by the resolvers of /etc/resolv.conf
zonewire delegation check -c zonewire.yaml                           # every zone of the configuration, with its primary and secondaries
zonewire delegation check example.org. --resolver 192.0.2.53        # another resolver
zonewire delegation check example.org. --parent org.=192.0.2.1,2001:db8::1   # the parent's servers given
zonewire delegation check example.org. -o json
\`\`\`

A server that is behind is asked again for 10 s (\`--settle\`) before its serial is a finding.

A running node checks by itself where the section is there; the result is on \`zonewire zone status\`, at
\`GET /api/v1/zones/{zone}/delegation\`, in the metric \`zonewire_delegation_findings{zone,severity}\`, and in the log when findings come or go.

\`\`\`yaml
delegation:
  resolver: ["192.0.2.53"] # asked for the parent's servers, and for addresses outside the zone
  # parents: [{ zone: "org.", address: ["192.0.2.1"] }] # instead: followed from here down; "." for the root
  check-interval: 1h # the default; 0: only when asked
zones:
  - { domain: example.org., file: example.org.zone, delegation-check: false } # not this one
\`\`\`

This file is made from packages/delegation/src/findings/registry.ts by \`node packages/cli/src/write-generated.ts\`.

`;

const LIMITS_HEAD = `## Limits

What one check costs is bounded, whatever the answers say. A limit that is reached is the finding check-incomplete.

`;
