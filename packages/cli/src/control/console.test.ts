import { expect, it } from 'vitest';
import { fakeNode } from './fixtures/fake-node.ts';

const server = fakeNode().server('the-token');
const get = (url: string, headers: Record<string, string> = {}) => server.inject({ url, headers });

it('the console is served without the token, as strictly as browsers can be told, and its data is not', {
  timeout: 60_000,
}, async () => {
  const page = await get('/', { host: 'ns1.example' });
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  const policy = String(page.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect((await get('/api/v1/overview')).statusCode).toBe(401);
});

it('what changes with its content is kept for ever, the page is asked for again and told when it is the same', {
  timeout: 60_000,
}, async () => {
  const page = await get('/');
  const [script] = /\/console\/app-[\w-]+\.js/.exec(page.body)!;
  const answer = await get(script, { 'accept-encoding': 'gzip, br' });
  expect(answer.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
    vary: 'Accept-Encoding',
  });
  const again = await get('/', { 'if-none-match': String(page.headers.etag) });
  expect([again.statusCode, again.body]).toEqual([304, '']);
  expect((await get('/', { 'if-none-match': '"another"' })).statusCode).toBe(200);
});

it.each(['/console/none.js', '/console/../package.json', '/console/%2e%2e%2fpackage.json', '/console/'])(
  '%s is not there',
  async (url) => {
    // Unknown paths outside of it want the token first.
    expect([401, 404]).toContain((await get(url)).statusCode);
  },
);
