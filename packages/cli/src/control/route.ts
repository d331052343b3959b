import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { ControlPorts } from './ports.ts';

/** One operation of the API: enough to register it, to check what comes in, and to write its part of the OpenAPI document. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** OpenAPI form: `/api/v1/zones/{zone}`. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  /** Answered without a token: nothing in it is worth one. */
  readonly open?: boolean;
  readonly body?: z.ZodType;
  /** A missing body is taken as `{}`. */
  readonly bodyOptional?: boolean;
  readonly query?: z.ZodObject;
  /** What the parameters of the path are; default: the name of a zone. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly answer: z.ZodType | { readonly mediaType: string; readonly description: string };
  handle(request: RouteRequest, ports: ControlPorts): unknown;
}

interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly query: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Aborted when the client is gone before it has its answer. */
  readonly signal: AbortSignal;
}

/** Answered as it stands instead of as JSON with status 200. */
export class RawAnswer {
  readonly status: number;
  readonly mediaType: string;
  readonly body: string | Iterable<string> | AsyncIterable<string>;

  constructor(status: number, mediaType: string, body: string | Iterable<string> | AsyncIterable<string>) {
    this.status = status;
    this.mediaType = mediaType;
    this.body = body;
  }
}

/** An answer that goes on until one side ends it; `start` writes status and headers as well. */
export class LiveAnswer {
  readonly start: (response: ServerResponse) => void;

  constructor(start: (response: ServerResponse) => void) {
    this.start = start;
  }
}
