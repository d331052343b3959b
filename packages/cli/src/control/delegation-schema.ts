import { DELEGATION_FINDINGS, type DelegationReport, type FindingName } from '@zonewire/delegation';
import { z } from 'zod';

const severity = z.enum(['error', 'warning', 'notice']);
const codes = Object.keys(DELEGATION_FINDINGS) as [FindingName, ...FindingName[]];

/** The report of one check; the type behind it is packages/delegation/src/model.ts. */
export const delegationReport = z
  .object({
    zone: z.string(),
    at: z.int().meta({ description: 'Milliseconds since the epoch.' }),
    parent: z.string().optional(),
    state: z.enum(['fine', 'error', 'warning', 'notice']),
    findings: z
      .array(
        z.object({
          code: z.enum(codes).meta({ description: 'docs/delegation.md explains each.' }),
          severity,
          subject: z.string(),
          message: z.string(),
          seen: z.array(z.string()).readonly(),
          advice: z.string(),
          enter: z.array(z.string()).readonly().meta({ description: 'Lines to enter at the registrar.' }),
        }),
      )
      .readonly(),
    registrar: z
      .object({
        ns: z.array(z.string()).readonly(),
        glue: z.array(z.object({ name: z.string(), address: z.string() })).readonly(),
        ds: z.array(z.string()).readonly(),
      })
      .meta({ description: 'All that belongs at the registrar, as the zone stands.' }),
    servers: z
      .array(
        z.object({
          name: z.string(),
          address: z.string(),
          parent: z.boolean(),
          apex: z.boolean(),
          configured: z.boolean().optional(),
          udp: z.string(),
          tcp: z.string(),
          serial: z.int().optional(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'DelegationReport' }) satisfies z.ZodType<DelegationReport>;
