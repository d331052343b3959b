import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { hasToken } from './guard.ts';

export const BOARD_PATH = '/bull-board';

/**
 * Bull Board at the control address: read-only, and only for who has the token, which a browser asks for (any user name, the token as
 * password).
 */
export function serveBoard(server: FastifyInstance, board: FastifyPluginCallback): void {
  server.register(board, { prefix: BOARD_PATH });
}

export function isBoard(request: FastifyRequest): boolean {
  return request.url === BOARD_PATH || request.url.startsWith(`${BOARD_PATH}/`);
}

/** @returns the reply when the request ends here. */
export function guardBoard(request: FastifyRequest, reply: FastifyReply, token: string | undefined) {
  if (token === undefined) return reply.code(404).send('Bull Board needs control.token-file\n');
  if (!hasToken(request.headers, token))
    return reply.code(401).header('WWW-Authenticate', 'Basic realm="zonewire", charset="UTF-8"').send('token needed\n');
  if (request.method !== 'GET' && request.method !== 'HEAD') return reply.code(405).send('Bull Board shows only\n');
  return undefined;
}
