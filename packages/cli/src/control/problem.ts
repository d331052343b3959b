import { ZonewireError } from '@zonewire/shared-protocol';
import { z } from 'zod';

/** An error as the API gives it (RFC 9457, application/problem+json). */
export const problemSchema = z.object({
  type: z.string().meta({ description: 'urn:zonewire:problem:CODE' }),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: 'What happened and what to do, in one sentence.' }),
  code: z.string().meta({ description: 'Stable, machine-readable.' }),
  zone: z.string().optional(),
  errors: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .optional()
    .meta({ description: 'What is wrong in the request, by place.' }),
});
export type ProblemDocument = z.output<typeof problemSchema>;

/** Thrown by a route to answer with this status. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: Partial<ProblemDocument>;

  constructor(status: number, code: string, detail: string, extra: Partial<ProblemDocument> = {}) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Token needed',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Not possible now',
  413: 'Too large',
  415: 'Unsupported media type',
  421: 'Wrong host',
  422: 'Refused',
  500: 'Internal error',
  503: 'Not available',
};

/** What the node refused because of the data is 422; because of the zone's state or role 409. */
const STATUS_OF_CODE: Record<string, number> = {
  'zone-unknown': 404,
  'secondary-unknown': 404,
  'nobody-to-wait-for': 409,
  'too-many-waits': 503,
  'comparisons-too-many': 503,
  'zone-not-loaded': 409,
  'zone-wrong-role': 409,
  'zone-frozen': 409,
  'zone-has-updates': 409,
  'store-write-failed': 503,
  'node-stopping': 503,
  'too-many-listeners': 503,
};

export function toProblem(error: unknown): ProblemDocument {
  if (error instanceof ApiError) return problem(error.status, error.code, error.message, error.extra);
  if (error instanceof ZonewireError) {
    const status = STATUS_OF_CODE[error.code] ?? 422;
    return problem(status, error.code, error.message, error.zone === undefined ? {} : { zone: error.zone });
  }
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return problem(statusCode, 'request-refused', message ?? 'the request was refused');
  // What went wrong inside is for the log; strangers need not read it.
  return problem(500, 'internal-error', 'something went wrong inside; the reason is in the log of the node');
}

function problem(status: number, code: string, detail: string, extra: Partial<ProblemDocument> = {}): ProblemDocument {
  return { type: `urn:zonewire:problem:${code}`, title: TITLES[status] ?? 'Error', status, detail, code, ...extra };
}
