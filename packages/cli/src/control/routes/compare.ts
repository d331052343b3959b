import { z } from 'zod';
import type { Route } from '../route.ts';
import { comparison } from '../schemas.ts';
import { knownZone } from './zones.ts';

const compareBody = z.strictObject({
  secondary: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'The id of a remote that is notified of the zone. Default: all of them.' }),
});

export const compareRoute: Route = {
  method: 'POST',
  path: '/api/v1/zones/{zone}/compare',
  id: 'compareZone',
  summary:
    'Transfer the copies of secondaries now (AXFR), whatever their size, and compare them with what is served here. Answered when it is done',
  body: compareBody,
  bodyOptional: true,
  answer: z.object({
    zone: z.string(),
    comparisons: z.array(comparison.extend({ secondary: z.string() })).readonly(),
  }),
  async handle({ params, body }, ports) {
    const { zone } = knownZone(params.zone, ports).status;
    const { secondary } = body as z.output<typeof compareBody>;
    return { zone, comparisons: await ports.replication.compare(zone.toLowerCase(), secondary) };
  },
};
