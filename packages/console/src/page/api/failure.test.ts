import { expect, it } from 'vitest';
import { query, zonePath } from './client.ts';
import { failureOf } from './failure.ts';

it('tells what is wrong from the answer, whoever gave it', () => {
  expect(failureOf(401, '{"code":"token-missing"}')).toEqual({ kind: 'denied', wrong: false });
  expect(failureOf(401, '{"code":"token-wrong"}')).toEqual({ kind: 'denied', wrong: true });
  expect(failureOf(404, '{"code":"route-unknown"}')).toEqual({ kind: 'not-offered' });
  expect(failureOf(502, '<html>Bad gateway</html>')).toEqual({ kind: 'away' });
  expect(failureOf(409, '{"code":"zone-frozen","detail":"it is frozen"}')).toMatchObject({ detail: 'it is frozen' });
  expect(failureOf(500, 'null')).toMatchObject({ kind: 'problem', detail: 'The node answered with HTTP status 500.' });
});

it('writes zones and filters into paths', () => {
  expect(zonePath('.')).toBe('/api/v1/zones/=2E');
  expect(zonePath('0/25.a=b.', '/replicas')).toBe('/api/v1/zones/0%3D2F25.a%3D3Db./replicas');
  expect(query({ a: 'x&y', b: undefined, c: 0, d: '' })).toBe('?a=x%26y&c=0');
});
