import { Readable } from 'node:stream';
import type { Log } from '@zonewire/nameserver';
import Fastify, { type FastifyInstance, type FastifyPluginCallback, type FastifyReply } from 'fastify';
import { z } from 'zod';
import { guardBoard, isBoard, serveBoard } from './board.ts';
import { serveConsole } from './console.ts';
import { checkAccess } from './guard.ts';
import { openApiDocument } from './openapi.ts';
import type { ControlPorts } from './ports.ts';
import { ApiError, toProblem } from './problem.ts';
import { LiveAnswer, RawAnswer, type Route } from './route.ts';
import { actionRoutes } from './routes/actions.ts';
import { changeRoutes } from './routes/changes.ts';
import { compareRoute } from './routes/compare.ts';
import { delegationRoute } from './routes/delegation.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoute } from './routes/metrics.ts';
import { nodeRoutes } from './routes/node.ts';
import { overviewRoute } from './routes/overview.ts';
import { replicationRoutes } from './routes/replication.ts';
import { zoneRoutes } from './routes/zones.ts';

export interface ControlOptions {
  /** Read at every request, so that a reload can change it. */
  readonly token: () => string | undefined;
  readonly log: Log;
  /** Bull Board, where Redis and a token are configured. */
  readonly board?: FastifyPluginCallback | undefined;
}

/** Largest request body: 1,000 RRsets of a PATCH with room to spare. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** The control API, not yet listening. */
export function controlServer(ports: ControlPorts, { token, log, board }: ControlOptions): FastifyInstance {
  const server = Fastify({
    bodyLimit: BODY_LIMIT,
    // A stop does not wait for an idle keep-alive connection.
    forceCloseConnections: true,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    routerOptions: { maxParamLength: 2_000, ignoreTrailingSlash: true },
  });
  // Only JSON comes in; fastify would also take text/plain, which a page of another site can send without being asked.
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500)
      log.error({ err: error, method: request.method, url: request.url }, 'control API failed');
    return sendProblem(reply, problem);
  });
  server.setNotFoundHandler((request, reply) => {
    const detail = `there is no ${request.method} ${request.url.split('?')[0]}; see /openapi.json`;
    return sendProblem(reply, toProblem(new ApiError(404, 'route-unknown', detail)));
  });
  server.addHook('onRequest', async (request, reply) => {
    if (isBoard(request)) return guardBoard(request, reply, token());
    if (!(request.routeOptions.config as { open?: boolean }).open) checkAccess(request, token());
  });
  const routes = allRoutes();
  for (const route of routes) register(server, route, ports);
  // Made when it is asked for: it takes as long as the rest of a start.
  let document: ReturnType<typeof openApiDocument> | undefined;
  server.get('/openapi.json', () => {
    document ??= openApiDocument(routes, ports.info().version);
    return document;
  });
  serveConsole(server, log);
  if (board !== undefined) serveBoard(server, board);
  return server;
}

export function allRoutes(): readonly Route[] {
  return [
    ...zoneRoutes,
    ...actionRoutes,
    ...changeRoutes,
    ...replicationRoutes,
    compareRoute,
    delegationRoute,
    ...nodeRoutes,
    ...eventRoutes,
    overviewRoute,
    ...healthRoutes,
    metricsRoute(),
  ];
}

function register(server: FastifyInstance, route: Route, ports: ControlPorts): void {
  server.route({
    method: route.method,
    url: route.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { open: route.open ?? false },
    async handler(request, reply) {
      const body = route.body && checked(route.body, route.bodyOptional ? (request.body ?? {}) : request.body, 'body');
      const query = route.query && checked(route.query, request.query, 'query');
      const params = request.params as Record<string, string>;
      const { headers } = request;
      const answer = await route.handle({ params, body, query, headers, signal: untilGone(reply) }, ports);
      if (answer instanceof LiveAnswer) {
        reply.hijack();
        answer.start(reply.raw);
        return reply;
      }
      if (!(answer instanceof RawAnswer)) return reply.send(answer);
      reply.code(answer.status).type(answer.mediaType);
      return reply.send(typeof answer.body === 'string' ? answer.body : Readable.from(answer.body));
    },
  });
}

/** Aborted when the connection closes before the answer is written. */
function untilGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** @throws ApiError 400 that names every place */
function checked(schema: z.ZodType, value: unknown, what: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({
    path: z.core.toDotPath(issue.path) || what,
    message: issue.message,
  }));
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new ApiError(400, 'request-invalid', `${errors[0].path}: ${errors[0].message}${more}`, { errors });
}

function sendProblem(reply: FastifyReply, problem: ReturnType<typeof toProblem>) {
  if (problem.status === 401) reply.header('WWW-Authenticate', 'Bearer realm="zonewire"');
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
