import { type ChangeProgress, parseChangeId } from '@zonewire/replicas';
import { z } from 'zod';
import { ApiError } from '../problem.ts';
import type { Route } from '../route.ts';
import { at, healthState, serial } from '../schemas.ts';

/** Seconds that a request waits when it does not say how long. */
const DEFAULT_TIMEOUT = 60;

const progress = z
  .object({
    id: z.string(),
    zone: z.string(),
    serial,
    state: z.enum(['done', 'pending', 'timed-out']).meta({
      description: 'pending: without wait, or at the progress that more-than asks for.',
    }),
    wait: z.string().meta({ description: 'all, quorum, or the name of a secondary or place.' }),
    needed: z.int().meta({ description: 'How many of the wanted secondaries have to answer with it.' }),
    answered: z.int().meta({ description: 'How many of them do.' }),
    here: serial.optional().meta({ description: 'The serial served here.' }),
    committedAt: at.optional(),
    secondaries: z
      .array(
        z.object({
          id: z.string(),
          address: z.string(),
          place: z.string().optional(),
          wanted: z.boolean().meta({ description: 'Whether the wait is for this one as well.' }),
          answered: z.boolean().meta({ description: 'Seen to answer with this serial or a later one (RFC 1982).' }),
          serial: serial.optional().meta({ description: 'The serial it was last seen to answer with.' }),
          answeredAt: at.optional(),
          lagMs: z.number().optional(),
          nodes: z
            .array(z.object({ node: z.string(), serial: serial.optional(), answered: z.boolean() }))
            .readonly()
            .optional()
            .meta({
              description: 'Where more than one node answers at the address: which have it. All of them have to.',
            }),
          state: healthState,
          reason: z.string().optional().meta({ description: 'Why it is missing.' }),
          next: z.string().optional().meta({ description: 'What to do.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ChangeProgress' }) satisfies z.ZodType<ChangeProgress>;

const query = z.object({
  wait: z.string().min(1).max(1_000).optional().meta({
    description:
      'all, quorum (more than half), or the id or place of a secondary. Without it the answer comes at once.',
  }),
  timeout: z.coerce
    .number()
    .min(0)
    .max(86_400)
    .default(DEFAULT_TIMEOUT)
    .meta({ type: 'number', description: 'Seconds; the answer comes after 600 at most, then ask again.' }),
  'more-than': z.coerce.number().int().min(0).max(100_000).optional().meta({
    type: 'integer',
    description: 'Answer also as soon as more than this many of the wanted secondaries have it: to show progress.',
  }),
});

export const changeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v1/changes/{id}',
    id: 'getChange',
    summary: 'How far a change has come; with wait, answered when it is there or the time is over',
    parameters: { id: 'The changeId of a change: ZONE~SERIAL.' },
    query,
    answer: progress,
    async handle({ params, query: asked, signal }, { changes }) {
      const change = parseChangeId(params.id);
      if (!change.ok) throw new ApiError(400, change.error.code, change.error.message);
      const { wait, timeout, 'more-than': moreThan } = asked as z.output<typeof query>;
      if (wait === undefined) return changes.progress(change.value, 'all');
      return changes.wait({ ...change.value, goal: wait, timeout: timeout * 1000, moreThan, signal });
    },
  },
];
