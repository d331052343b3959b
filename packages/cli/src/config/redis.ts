import { fail, ok, type Result } from '@zonewire/shared-protocol';

/** A Redis URL without its path's and query's liberties: scheme, user, host, port, database. */
export function parseRedisUrl(value: string): Result<string> {
  if (!URL.canParse(value))
    return fail('config-bad-redis-url', `${shown(value)} is not a URL: write redis://127.0.0.1:6379`);
  const url = new URL(value);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:')
    return fail('config-bad-redis-url', `the scheme of ${shown(value)} must be redis or rediss (TLS)`);
  if (url.hostname === '') return fail('config-bad-redis-url', `${shown(value)} names no host`);
  if (url.search !== '' || url.hash !== '' || !/^(\/\d*)?$/.test(url.pathname))
    return fail(
      'config-bad-redis-url',
      `after the port of ${shown(value)} only a database number may stand, such as /1`,
    );
  return ok(value);
}

/** It is part of every key's name in Redis. */
export function parseSite(value: string): Result<string> {
  if (/^[A-Za-z0-9._-]{1,63}$/.test(value)) return ok(value);
  return fail('config-bad-site', `${JSON.stringify(value)} cannot be a site: 1 to 63 letters, digits, dots, hyphens`);
}

/** For logs, status and messages: without the password. */
export function redisUrlShown(value: string): string {
  const url = new URL(value);
  url.password = '';
  return url.href.replace(/\/$/, '');
}

/** What stands there may hold a password, also where it cannot be read as a URL. */
function shown(value: string): string {
  return JSON.stringify(value.replace(/\/\/[^@]*@/, '//…@'));
}
