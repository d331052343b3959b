import { nameToText } from '@zonewire/shared-protocol';
import { z } from 'zod';
import { delegationReport } from '../delegation-schema.ts';
import { ApiError } from '../problem.ts';
import type { Route } from '../route.ts';
import { knownZone } from './zones.ts';

export const delegationRoute: Route = {
  method: 'GET',
  path: '/api/v1/zones/{zone}/delegation',
  id: 'getDelegation',
  summary: 'What the last check of the delegation has found, and what to enter at the registrar',
  answer: z.object({
    zone: z.string(),
    nextAt: z.int().meta({ description: 'When it is checked again, ms since the epoch.' }),
    report: delegationReport.optional().meta({ description: 'Absent: it was not checked yet.' }),
  }),
  handle({ params }, ports) {
    const { name, status } = knownZone(params.zone, ports);
    const nextAt = ports.delegation.dueAt(name);
    if (nextAt === undefined) {
      const advice = 'add a section delegation with a resolver to the configuration, or ask: zonewire delegation check';
      const zone = nameToText(name);
      throw new ApiError(
        404,
        'delegation-not-checked',
        `the delegation of ${status.zone} is not checked here; ${advice}`,
        { zone },
      );
    }
    const report = ports.delegation.report(name);
    return { zone: status.zone, nextAt: Math.round(nextAt), ...(report === undefined ? {} : { report }) };
  },
};
