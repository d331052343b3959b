import { afterEach, describe, expect, it } from 'vitest';
import { EXPIRED_ZONE, fakeNode, PRIMARY_ZONE, SECONDARY_ZONE, viewsOf } from './fixtures/fake-node.ts';

const node = fakeNode();
const server = node.server();
const HOST = { host: '127.0.0.1:8053' };

afterEach(() => {
  node.calls.length = 0;
  node.changes.length = 0;
});

const get = (url: string, headers: Record<string, string> = {}) =>
  server.inject({ method: 'GET', url, headers: { ...HOST, ...headers } });
const post = (url: string, payload?: object | string, headers: Record<string, string> = {}) =>
  server.inject({
    method: 'POST',
    url,
    ...(payload === undefined ? {} : { payload }),
    headers: { ...HOST, ...headers },
  });

describe('reading', () => {
  it('lists zones, all or by role and state', async () => {
    expect((await get('/api/v1/zones')).json()).toEqual({
      total: 3,
      zones: [PRIMARY_ZONE, SECONDARY_ZONE, EXPIRED_ZONE],
    });
    expect((await get('/api/v1/zones?role=secondary&state=serving')).json()).toEqual({
      total: 1,
      zones: [SECONDARY_ZONE],
    });
    expect((await get('/api/v1/zones?offset=1&limit=1')).json()).toEqual({ total: 3, zones: [SECONDARY_ZONE] });
    expect((await get('/api/v1/zones?limit=1001')).statusCode).toBe(400);
    expect((await get('/api/v1/zones?state=bad')).statusCode).toBe(400);
  });

  it.each(['/api/v1/zones/example.test.', '/api/v1/zones/Example.Test', '/api/v1/zones/example.test./'])(
    'finds the zone at %s',
    async (url) => {
      expect((await get(url)).json()).toEqual(PRIMARY_ZONE);
    },
  );

  it('finds the root as =2E, which no client shortens', async () => {
    expect((await get('/api/v1/zones/=2E')).json()).toEqual(EXPIRED_ZONE);
  });

  it('says what is wrong with a name or an unknown zone, as problem+json', async () => {
    const unknown = await get('/api/v1/zones/other.test.');
    expect(unknown.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(unknown.json()).toEqual({
      type: 'urn:zonewire:problem:zone-unknown',
      title: 'Not found',
      status: 404,
      detail: 'this node has no zone other.test.; see: zonewire zone list',
      code: 'zone-unknown',
      zone: 'other.test.',
    });
    expect((await get('/api/v1/zones/a..b')).json()).toMatchObject({ status: 400, code: 'name-empty-label' });
    expect((await get('/api/v2')).json()).toMatchObject({ status: 404, code: 'route-unknown' });
  });

  it('gives replicas with the serial served here', async () => {
    expect((await get('/api/v1/zones/example.test./replicas')).json()).toEqual({
      zone: 'example.test.',
      serial: 2026112102,
      replicas: viewsOf(PRIMARY_ZONE),
    });
    expect((await get('/api/v1/zones/example.org./replicas')).json()).toMatchObject({ replicas: [] });
  });

  it('refuses to export what is not loaded, with the reason', async () => {
    expect((await get('/api/v1/zones/=2E/export')).json()).toMatchObject({ status: 409, code: 'zone-not-loaded' });
  });

  it('tells of the node and its zones by state', async () => {
    expect((await get('/api/v1/node')).json()).toMatchObject({ identity: 'fra1', zones: { serving: 2, expired: 1 } });
  });
});

describe('doing', () => {
  it('reloads with the given options, refreshes, notifies', async () => {
    expect((await post('/api/v1/zones/example.test./reload')).json()).toEqual({
      zone: 'example.test.',
      message: 'reload done',
      serial: 7,
      changeId: 'example.test.~7',
    });
    await post('/api/v1/zones/example.test./reload', { discardUpdates: true });
    await post('/api/v1/zones/example.org./refresh', {});
    await post('/api/v1/zones/example.org./notify');
    await post('/api/v1/node/reload');
    expect(node.calls).toEqual([
      'reload example.test. {"discardUpdates":false}',
      'reload example.test. {"discardUpdates":true}',
      'refresh example.org.',
      'notify example.org.',
      'reload all',
    ]);
  });

  it('says what to do instead when the role is the other one', async () => {
    expect((await post('/api/v1/zones/example.org./reload')).json()).toMatchObject({
      status: 409,
      code: 'zone-wrong-role',
      detail:
        'this node is secondary for example.org., and reload is for a primary; ask for it at the primary; here: zonewire zone refresh',
    });
    expect((await post('/api/v1/zones/example.test./refresh')).json()).toMatchObject({ code: 'zone-wrong-role' });
    expect(node.calls).toEqual([]);
  });

  it('passes on what the zone refused, and keeps what went wrong inside to the log', async () => {
    expect((await post('/api/v1/zones/example.test./thaw')).json()).toMatchObject({
      status: 422,
      code: 'zone-not-frozen',
      detail: 'example.test. is not frozen',
    });
    const bug = await post('/api/v1/zones/example.org./retransfer');
    expect(bug.statusCode).toBe(500);
    expect(bug.body).not.toContain('secret');
  });

  it('refuses unknown keys, other media types, broken JSON, and bodies above the limit', async () => {
    expect((await post('/api/v1/zones/example.test./reload', { discard: true })).json()).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
    const text = await post('/api/v1/zones/example.test./reload', '{}', { 'content-type': 'text/plain' });
    expect(text.statusCode).toBe(415);
    const broken = await post('/api/v1/zones/example.test./reload', '{', { 'content-type': 'application/json' });
    expect(broken.statusCode).toBe(400);
    const large = await post('/api/v1/zones/example.test./reload', `"${'x'.repeat(5 * 1024 * 1024)}"`, {
      'content-type': 'application/json',
    });
    expect(large.json()).toMatchObject({ status: 413 });
    expect(node.calls).toEqual([]);
  });
});

describe('who may', () => {
  const withToken = fakeNode();
  const guarded = withToken.server('the-token');
  const ask = (headers: Record<string, string>, url = '/api/v1/node') =>
    guarded.inject({ method: 'GET', url, headers });

  it('with a token: only who sends it, by either header', async () => {
    expect((await ask({ host: 'ns1.example' })).json()).toMatchObject({ status: 401, code: 'token-missing' });
    expect((await ask({ 'x-api-key': 'the-tokem' })).json()).toMatchObject({ status: 401, code: 'token-wrong' });
    expect((await ask({ 'x-api-key': '' })).statusCode).toBe(401);
    expect((await ask({ 'x-api-key': 'the-token', host: 'ns1.example' })).statusCode).toBe(200);
    expect((await ask({ authorization: 'Bearer the-token' })).statusCode).toBe(200);
    expect((await ask({}, '/metrics')).statusCode).toBe(401);
    expect((await ask({}, '/openapi.json')).statusCode).toBe(401);
    expect((await ask({}, '/health/live')).statusCode).toBe(200);
  });

  it.each(['evil.example', 'evil.example:8053', '192.0.2.1:8053', '127.0.0.1.evil.example', 'localhost.evil:1'])(
    'without a token: not to the Host %j (DNS rebinding)',
    async (host) => {
      expect((await get('/api/v1/zones', { host })).statusCode).toBe(421);
    },
  );

  it.each(['localhost', 'LOCALHOST:8053', '127.0.0.1', '127.8.9.1:8053', '[::1]:8053'])(
    'without a token: to the Host %j',
    async (host) => {
      expect((await get('/api/v1/zones', { host })).statusCode).toBe(200);
    },
  );

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:9999' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[])('without a token: no change from the page of another site, %j', async (headers) => {
    expect((await post('/api/v1/zones/example.test./freeze', undefined, headers)).statusCode).toBe(403);
    expect(node.calls).toEqual([]);
  });

  it('without a token: changes from its own pages and from programs', async () => {
    const own = { origin: 'http://127.0.0.1:8053', 'sec-fetch-site': 'same-origin' };
    expect((await post('/api/v1/zones/example.test./freeze', undefined, own)).statusCode).toBe(200);
    expect((await post('/api/v1/zones/example.test./freeze')).statusCode).toBe(200);
  });
});

describe('health', () => {
  it('is ready while a zone has failed, not while one waits for its first try, not when stopping', async () => {
    expect((await get('/health/ready')).statusCode).toBe(200);
    const waiting = fakeNode([{ zone: 'a.', role: 'secondary', state: 'loading' }]);
    expect((await waiting.server().inject('/health/ready')).json()).toEqual({ status: 'waiting', waitingFor: 1 });
    waiting.ports.stopping = true;
    const stopping = await waiting.server().inject('/health/ready');
    expect([stopping.statusCode, stopping.json().status]).toEqual([503, 'stopping']);
  });
});

describe('metrics', () => {
  it('renders counters, gauges a zone and a secondary, and the process', async () => {
    const { body, headers } = await get('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = body.split('\n').filter((line) => line.startsWith('zonewire_'));
    expect(lines).toEqual([
      'zonewire_build_info{identity="fra1",version="0.1.0",node="26.10.0"} 1',
      'zonewire_queries_total{transport="udp",type="A"} 3',
      'zonewire_zones{role="primary",state="serving"} 1',
      'zonewire_zones{role="secondary",state="serving"} 1',
      'zonewire_zones{role="secondary",state="expired"} 1',
      'zonewire_zone_serial{zone="example.test."} 2026112102',
      'zonewire_zone_serial{zone="example.org."} 8',
      'zonewire_zone_expire_time_seconds{zone="example.org."} 1795833722',
      'zonewire_zone_expire_time_seconds{zone="."} 1795228864',
      'zonewire_zones_left_out 0',
      'zonewire_replication_lag_seconds{zone="example.test.",secondary="fra1"} 0.003',
      'zonewire_replication_lag_seconds{zone="example.test.",secondary="sin1"} 3600',
      'zonewire_replication_serials_behind{zone="example.test.",secondary="fra1"} 0',
      'zonewire_replication_serials_behind{zone="example.test.",secondary="sin1"} 2',
      'zonewire_replication_in_sync{zone="example.test.",secondary="fra1"} 1',
      'zonewire_replication_in_sync{zone="example.test.",secondary="sin1"} 0',
      'zonewire_replication_health{zone="example.test.",secondary="sin1",state="unreachable"} 1',
      'zonewire_replication_zones{secondary="fra1",state="in-sync"} 1',
      'zonewire_replication_zones{secondary="sin1",state="unreachable"} 1',
      'zonewire_replication_lag_longest_seconds{secondary="fra1"} 0.003',
      'zonewire_replication_lag_longest_seconds{secondary="sin1"} 3600',
      'zonewire_replication_pairs_left_out 0',
    ]);
    expect(body).toContain('process_resident_memory_bytes');
  });
});
