import type { IncomingHttpHeaders } from 'node:http';
import { type ConsoleFile, loadConsole } from '@zonewire/console';
import type { Log } from '@zonewire/nameserver';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Everything from here and nothing else; no inline script or style, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The web console at `/`. Its files are open to everybody, as there is nothing of the node in them; what they show needs the token. */
export function serveConsole(server: FastifyInstance, log: Log): void {
  const options = { config: { open: true } };
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const files = await loadConsole().catch((error: Error) => {
      log.error({ err: error }, 'the console could not be built; the API goes on without it');
      return undefined;
    });
    if (files === undefined)
      return reply.code(503).type('text/plain').send('the console could not be built; the log of the node says why\n');
    const file = files.get(request.url.split('?')[0]);
    return file === undefined ? reply.callNotFound() : sendFile(request.headers, reply, file);
  };
  server.get('/', options, answer);
  server.get('/console/*', options, answer);
}

function sendFile(headers: IncomingHttpHeaders, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  reply.headers({
    ...HEADERS,
    ETag: file.etag,
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
  });
  if (headers['if-none-match'] === file.etag) return reply.code(304).send();
  reply.type(file.mediaType);
  if (!/\bgzip\b/.test(String(headers['accept-encoding']))) return reply.send(file.body);
  return reply.header('Content-Encoding', 'gzip').send(file.gzipped);
}
