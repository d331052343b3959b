import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/mod.ts';
import { ApiError } from './problem.ts';

export interface Guarded {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Who may use the API. With a token, whoever has it. Without one the API listens on loopback only, and what is left to keep
 * out is a web page in the operator's own browser: by its name resolved to 127.0.0.1 (the Host header shows it), or by
 * posting across sites (Origin and Sec-Fetch-Site show it).
 * @throws ApiError 401, 403 or 421
 */
export function checkAccess(request: Guarded, token: string | undefined): void {
  if (token !== undefined) {
    checkToken(request.headers, token);
    return;
  }
  const { host, origin } = request.headers;
  if (!isLocalHost(host))
    throw new ApiError(
      421,
      'host-not-local',
      `this API answers only to loopback names, not to the Host "${host ?? ''}"`,
    );
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site' || (origin !== undefined && !sameOrigin(origin, host!)))
    throw new ApiError(403, 'cross-site', 'changes are not accepted from pages of other sites');
}

function checkToken(headers: IncomingHttpHeaders, token: string): void {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const given = headers['x-api-key'] ?? bearer;
  if (typeof given !== 'string')
    throw new ApiError(401, 'token-missing', 'send the token as X-API-Key, or as Authorization: Bearer');
  if (!timingSafeEqual(hash(given), hash(token))) throw new ApiError(401, 'token-wrong', 'this is not the token');
}

/** The token in any form, also as the password a browser has asked for. */
export function hasToken(headers: IncomingHttpHeaders, token: string): boolean {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const password =
    basic &&
    Buffer.from(basic, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const given = headers['x-api-key'] ?? bearer ?? password;
  return typeof given === 'string' && timingSafeEqual(hash(given), hash(token));
}

/** Equal length for every text, so that the comparison tells nothing of the token. */
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isLocalHost(host: string | undefined): boolean {
  const name = /^(\[[^\]]+\]|[^:]+)(?::\d+)?$/.exec(host ?? '')?.[1].replace(/^\[|\]$/g, '');
  return name !== undefined && (name.toLowerCase() === 'localhost' || isLoopback(name));
}

function sameOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host;
}
