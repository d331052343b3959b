import { silentLog } from '@zonewire/nameserver';
import { FakeClock } from '@zonewire/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FOLLOW, Follower } from './follower.ts';
import type { Told } from './receipts.ts';

const running: Follower[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((follower) => follower.stop()));
});

const json = (value: unknown, init?: ResponseInit) => new Response(JSON.stringify(value), init);
const settle = async () => {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
};
const STATUS = { zone: 'a.test.', role: 'secondary', state: 'serving', served: { serial: 7, at: 1 }, refreshAt: 9.75 };

/** A secondary whose clock is ahead by `ahead` ms, and a follower of it. */
function setup({ ahead = 0, zones = [STATUS] as unknown[], counted = false } = {}) {
  const clock = new FakeClock();
  const streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  const asked: { path: string; headers: Record<string, string> }[] = [];
  const slow = { there: 0 };
  const refuse = { with: undefined as (() => Response | Promise<Response>) | undefined };
  const theirs = () => clock.now() + ahead;
  const fetch = async (url: string, { headers, redirect, signal }: RequestInit) => {
    const path = url.replace('http://fra1:8053', '');
    asked.push({ path, headers: headers as Record<string, string> });
    expect(redirect).toBe('error');
    // As the real one: an abort ends what is under way, and the body.
    const aborted = new Promise<never>((_, reject) => {
      signal!.addEventListener('abort', () => reject(signal!.reason));
    });
    aborted.catch(() => {});
    if (refuse.with) return Promise.race([refuse.with(), aborted]);
    // 4 ms there, 4 ms back.
    clock.jump(4 + slow.there);
    const answer = answerOf(path, signal!);
    clock.jump(4);
    return answer;
  };
  const answerOf = (path: string, signal: AbortSignal) => {
    if (path === '/api/v1/time') return json({ now: theirs() });
    if (path === '/api/v1/node') return json({ identity: 'fra1-node' });
    if (path.startsWith('/api/v1/zones')) {
      const query = new URL(path, 'http://fra1').searchParams;
      const offset = Number(query.get('offset'));
      return json(
        counted ? { total: zones.length, zones: zones.slice(offset, offset + Number(query.get('limit'))) } : { zones },
      );
    }
    return new Response(
      new ReadableStream({
        start(controller) {
          streams.push(controller);
          signal.addEventListener('abort', () => {
            try {
              controller.error(signal.reason);
            } catch {
              // Closed already.
            }
          });
        },
      }),
    );
  };
  const told: { secondary: string; told: Told }[] = [];
  const skews: (number | undefined)[] = [];
  const troubles: (string | undefined)[] = [];
  const lines: string[] = [];
  const log = {
    ...silentLog,
    warn: (_: object, line: string) => lines.push(`warn ${line}`),
    info: (_: object, line: string) => lines.push(`info ${line}`),
  };
  const follower = new Follower(
    { id: 'fra1', url: 'http://fra1:8053', token: 'secret' },
    {
      fetch: fetch as unknown as typeof globalThis.fetch,
      clock,
      log,
      sink: {
        knows: (zone) => zone === 'a.test.',
        told: (secondary, one) => told.push({ secondary, told: one }),
        skew: (_, ms) => skews.push(ms),
        trouble: (_, message) => troubles.push(message),
      },
    },
  );
  running.push(follower);
  const send = async (text: string) => {
    streams.at(-1)!.enqueue(new TextEncoder().encode(text));
    await settle();
  };
  const event = (value: object, id = 1) => send(`id: ${id}\nevent: receipt\ndata: ${JSON.stringify(value)}\n\n`);
  const receipt = (more: object = {}) => {
    const at = theirs();
    const times = { transferredAt: at - 3, verifiedAt: at - 2, servedAt: at };
    return { kind: 'receipt', zone: 'a.test.', at, node: 'fra1-node', serial: 8, ...times, ...more };
  };
  return { clock, follower, asked, streams, slow, refuse, told, skews, troubles, lines, send, event, receipt };
}

describe('Follower', () => {
  it('measures the clock, reads the state of the zones we notify it of, then follows its receipts', async () => {
    const { follower, asked, told, skews, troubles, event, receipt, clock } = setup({
      zones: [STATUS, { ...STATUS, zone: 'other.test.' }, { zone: 'a.test.', role: 'primary', state: 'serving' }, 7],
    });
    follower.start();
    await settle();
    expect(asked.map(({ path }) => path)).toEqual([
      ...new Array(FOLLOW.samples).fill('/api/v1/time'),
      '/api/v1/node',
      '/api/v1/events?kind=receipt,zone',
      '/api/v1/zones?role=secondary&offset=0&limit=250',
    ]);
    expect(new Set(asked.map(({ headers }) => headers['X-API-Key']))).toEqual(new Set(['secret']));
    expect([skews, troubles]).toEqual([[0], [undefined]]);
    expect(told).toMatchObject([
      {
        secondary: 'fra1',
        told: { zone: 'a.test.', facts: { node: 'fra1-node', serial: 7, state: 'serving', refreshAt: 10 } },
      },
    ]);
    await event(receipt({ expireAt: clock.now() + 60_000.25 }));
    expect(told.at(-1)?.told).toEqual({
      zone: 'a.test.',
      facts: { node: 'fra1-node', serial: 8, state: 'serving', at: clock.now(), expireAt: clock.now() + 60_000 },
      moments: [
        { moment: 'transferred', serial: 8, at: clock.now() - 3 },
        { moment: 'verified', serial: 8, at: clock.now() - 2 },
        { moment: 'answered', serial: 8, at: clock.now() },
      ],
    });
  });

  it.each([3_600_000, -86_400_000])(
    'a clock that is off by %i ms: the skew is told, the times are ours',
    async (ahead) => {
      const { follower, told, skews, event, receipt, clock } = setup({ ahead });
      follower.start();
      await settle();
      expect(skews).toEqual([ahead]);
      await event(receipt({ expireAt: clock.now() + ahead + 60_000 }));
      const { facts, moments } = told.at(-1)!.told;
      expect(moments.map(({ at }) => at - clock.now())).toEqual([-3, -2, 0]);
      expect(facts).toMatchObject({ at: clock.now(), expireAt: clock.now() + 60_000 });
    },
  );

  it('expiry, failures and recovery change what is known of the zone; a digest adds to it', async () => {
    const { follower, told, event, receipt, clock } = setup();
    follower.start();
    await settle();
    const zone = { kind: 'zone', zone: 'a.test.', at: clock.now(), role: 'secondary' };
    await event(receipt({ expireAt: clock.now() + 9 }));
    await event({ kind: 'receipt', zone: 'a.test.', at: clock.now(), node: 'n', serial: 8, digest: 'ab'.repeat(48) });
    expect(told.at(-1)?.told).toMatchObject({
      facts: { serial: 8, digest: 'ab'.repeat(48), expireAt: clock.now() + 9 },
      moments: [],
    });
    await event({ ...zone, what: 'failed', code: 'timeout', message: 'no primary helped' });
    expect(told.at(-1)?.told.facts).toMatchObject({ state: 'serving', serial: 8, lastError: 'no primary helped' });
    await event({ ...zone, what: 'expired' });
    expect(told.at(-1)?.told.facts.state).toBe('expired');
    await event({ ...zone, what: 'revived' });
    expect(told.at(-1)?.told.facts.state).toBe('serving');
  });

  it('passes over what it cannot use: other zones, other kinds, what is no receipt, what is no JSON', async () => {
    const { follower, told, event, receipt, send } = setup();
    follower.start();
    await settle();
    await event(receipt({ zone: 'other.test.' }));
    await event(receipt({ serial: -1 }));
    await event(receipt({ servedAt: 'now' }));
    await event(receipt({ kind: 'health' }));
    await send('event: receipt\ndata: {"kind"\n\n');
    expect(told.length).toBe(1);
    expect(follower.counters).toMatchObject({ events: 5, ignored: 5 });
  });

  it('connects again with the last id, later and later; says why it cannot once', async () => {
    const { follower, asked, refuse, streams, lines, troubles, send, clock } = setup();
    follower.start();
    await settle();
    await send('id: 41\n\n');
    refuse.with = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }));
    streams.at(-1)!.close();
    await settle();
    asked.length = 0;
    const tries: number[] = [];
    for (let second = 1; second <= 300; second++) {
      await clock.advance(1_000);
      await settle();
      if (asked.length > 0) tries.push(second);
      asked.length = 0;
    }
    expect(tries).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
    expect(lines).toEqual([
      'warn fra1: its receipts cannot be followed at http://fra1:8053: it closed the connection; probes go on',
      'warn fra1: its receipts cannot be followed at http://fra1:8053: connect ECONNREFUSED; probes go on',
    ]);
    expect(troubles.at(-1)).toBe('connect ECONNREFUSED');
    refuse.with = undefined;
    await clock.advance(60_000);
    await settle();
    expect(asked.find(({ path }) => path.includes('events'))?.headers['Last-Event-ID']).toBe('41');
    expect(lines.at(-1)).toBe('info fra1: its receipts are followed again');
    expect(troubles.at(-1)).toBeUndefined();
  });

  it.each<[number, RegExp]>([
    [401, /refuses the token \(HTTP 401\): put the content of its control.token-file/],
    [404, /no \/api\/v1\/time \(HTTP 404\): is it a Zonewire node/],
    [503, /too many/],
    [500, /HTTP 500/],
  ])('HTTP %i is said in words', async (status, words) => {
    const { follower, refuse, troubles } = setup();
    refuse.with = () => json({}, { status });
    follower.start();
    await settle();
    expect(troubles.at(-1)).toMatch(words);
  });

  it('answers that are not what they should be are said, not believed', async () => {
    for (const [body, words] of [
      ['<html>', /not JSON/],
      ['{"now":"late"}', /no time/],
    ] as const) {
      const { follower, refuse, troubles } = setup();
      refuse.with = () => new Response(body);
      follower.start();
      await settle();
      expect(troubles.at(-1)).toMatch(words);
    }
  });

  it('reads the state of many zones in pages, each zone once', async () => {
    const many = Array.from({ length: 3 * FOLLOW.zonesAtOnce - 1 }, (_, i) => ({
      ...STATUS,
      served: { serial: i, at: 1 },
    }));
    const { follower, asked, told } = setup({ zones: many, counted: true });
    follower.start();
    await settle();
    expect(asked.filter(({ path }) => path.startsWith('/api/v1/zones'))).toHaveLength(3);
    expect(told.map(({ told: { facts } }) => facts.serial)).toEqual(many.map(({ served }) => served.serial));
  });

  it('a gap in the events: the state is read anew', async () => {
    const { follower, asked, send } = setup();
    follower.start();
    await settle();
    asked.length = 0;
    await send('event: gap\ndata: {"kind":"gap"}\n\n');
    expect(asked.map(({ path }) => path)).toEqual(['/api/v1/zones?role=secondary&offset=0&limit=250']);
  });

  it('a connection on which nothing comes for 45 s is given up', async () => {
    const { follower, troubles, send, clock } = setup();
    follower.start();
    await settle();
    await clock.advance(FOLLOW.silence - 1);
    await send(':\n\n');
    await clock.advance(FOLLOW.silence - 1);
    expect(troubles).toEqual([undefined]);
    await clock.advance(1);
    await vi.waitFor(() => expect(troubles.at(-1)).toBe('nothing came for 45 s'));
  });

  it('an answer that does not come is waited for 15 s', async () => {
    const { follower, refuse, troubles, clock } = setup();
    refuse.with = () => new Promise(() => {});
    follower.start();
    await settle();
    await clock.advance(FOLLOW.timeout);
    await settle();
    expect(troubles).toEqual(['no answer within 15 s']);
  });

  it('the clock is measured again after 0.5, 1, 2, 4 ... 60 s, and a slow answer does not spoil what a quick one has told', async () => {
    const { follower, skews, slow, asked, send, clock } = setup({ ahead: 500 });
    slow.there = 40;
    follower.start();
    await settle();
    expect(skews).toEqual([520]);
    slow.there = 0;
    const measured: number[] = [];
    for (let second = 1; second <= 190; second++) {
      asked.length = 0;
      await clock.advance(1_000);
      await send(':\n\n');
      if (asked.some(({ path }) => path === '/api/v1/time')) measured.push(second);
      if (second === 10) slow.there = 40;
    }
    expect(measured).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184]);
    // Half of what the clocks can have parted by since: the other half is as likely.
    expect(skews.slice(1)).toEqual([500, 500, 500, 500, 500, 500, 501, 501, 502]);
  });

  it('stops at once, also in the middle of a pause', async () => {
    const { follower, refuse, clock } = setup();
    refuse.with = () => json({}, { status: 500 });
    follower.start();
    await settle();
    await follower.stop();
    expect(clock.pending).toBe(0);
  });
});
