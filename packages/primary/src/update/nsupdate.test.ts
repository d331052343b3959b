import { type Clock, systemClock } from '@zonewire/nameserver';
import { name, nameToText, RCODE, type TsigKey, TYPE } from '@zonewire/shared-protocol';
import { feed } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALGORITHMS, KEYS as keys } from '../fixtures/keys.ts';
import { MemoryFiles } from '../fixtures/memory-files.ts';
import { allow, type PrimaryNode, startPrimaryNode } from '../fixtures/primary-node.ts';

/** BIND's nsupdate and Knot's knsupdate against a running nameserver with a primary, over UDP and TCP, signed and not. */
const OPEN = name('open.test.');
const KEYED = name('keyed.test.');
const CLOSED = name('closed.test.');
const TEXT = '@ 60 SOA ns h 1 3600 600 86400 60\n@ 60 NS ns\nns 60 A 192.0.2.1\nold 60 A 192.0.2.2\nold 60 TXT "x"\n';

let node: PrimaryNode;
/** Added to the server's clock, ms. */
let clockError = 0;

beforeAll(async () => {
  const clock: Clock = { ...systemClock, now: () => Date.now() + clockError };
  const files = new MemoryFiles();
  node = await startPrimaryNode({ files, keys, clock });
  const acls = [
    [OPEN, [allow(['update'])]],
    [KEYED, keys.map((key) => allow(['update'], key.name))],
    [CLOSED, []],
  ] as const;
  for (const [domain, acl] of acls) {
    const file = `/${nameToText(domain)}zone`;
    files.set(file, TEXT);
    await node.primary.addZone({ domain, file, acl, notify: [] });
  }
});

afterAll(() => node.stop());

type Tool = 'nsupdate' | 'knsupdate';

function keyOption({ name: keyName, algorithm, secret }: TsigKey): string[] {
  return ['-y', `${algorithm}:${nameToText(keyName)}:${Buffer.from(secret).toString('base64')}`];
}

async function send(
  tool: Tool,
  zone: Uint8Array,
  script: string,
  args: readonly string[] = [],
): Promise<{ output: string; code: number }> {
  const { host, port } = node.address;
  const head = tool === 'nsupdate' ? `server ${host} ${port}\n` : `server ${host} ${port}\n`;
  return feed(tool, args, `${head}zone ${nameToText(zone)}\nttl 60\n${script}\nsend\nanswer\nquit\n`);
}

function serial(zone: Uint8Array): number {
  return node.primary.status(zone).served!.serial;
}

function has(zone: Uint8Array, owner: string, type: number): boolean {
  return node.table.get(zone)!.version!.rrset(name(owner, zone), type) !== undefined;
}

const tools: Tool[] = ['nsupdate', 'knsupdate'];
const transports: [string, string[]][] = [
  ['UDP', []],
  ['TCP', ['-v']],
];
const cases = tools.flatMap((tool) => transports.map(([transport, args]) => ({ tool, transport, args })));

describe.each(cases)('$tool over $transport', ({ tool, transport, args }) => {
  const host = `${tool}-${transport}`.toLowerCase();

  test('RFC 2136: add, replace, delete; the serial moves with each change and only then', async () => {
    const before = serial(OPEN);
    expect(await send(tool, OPEN, `update add ${host}.open.test. 60 A 192.0.2.7`, args)).toMatchObject({ code: 0 });
    expect(has(OPEN, host, TYPE.A)).toBe(true);
    expect(serial(OPEN)).toBe(before + 1);
    await send(tool, OPEN, `update add ${host}.open.test. 60 A 192.0.2.7`, args);
    expect(serial(OPEN)).toBe(before + 1);
    expect(await send(tool, OPEN, `update delete ${host}.open.test. A 192.0.2.7`, args)).toMatchObject({ code: 0 });
    expect(has(OPEN, host, TYPE.A)).toBe(false);
    await send(
      tool,
      OPEN,
      `update add ${host}.open.test. 60 TXT "a b"\nupdate add ${host}.open.test. 60 MX 5 mx.test.`,
      args,
    );
    expect(has(OPEN, host, TYPE.MX)).toBe(true);
    await send(tool, OPEN, `update delete ${host}.open.test. MX`, args);
    expect(has(OPEN, host, TYPE.MX)).toBe(false);
    await send(tool, OPEN, `update delete ${host}.open.test.`, args);
    expect(has(OPEN, host, TYPE.TXT)).toBe(false);
    expect(serial(OPEN)).toBe(before + 5);
  });

  test.each(ALGORITHMS)('signed with %s', async (algorithm) => {
    const key = keys[ALGORITHMS.indexOf(algorithm)];
    const owner = `${host}-${algorithm}`;
    const done = await send(tool, KEYED, `update add ${owner}.keyed.test. 60 A 192.0.2.7`, [
      ...args,
      ...keyOption(key),
    ]);
    expect(done, done.output).toMatchObject({ code: 0 });
    expect(has(KEYED, owner, TYPE.A)).toBe(true);
  });

  test.each([
    ['prereq nxdomain old.open.test.', 'YXDOMAIN'],
    ['prereq yxdomain new.open.test.', 'NXDOMAIN'],
    ['prereq nxrrset old.open.test. A', 'YXRRSET'],
    ['prereq yxrrset old.open.test. AAAA', 'NXRRSET'],
    ['prereq yxrrset old.open.test. A 192.0.2.99', 'NXRRSET'],
  ])('RFC 2136 2.4: %s: %s, nothing is changed', async (prerequisite, rcode) => {
    const before = serial(OPEN);
    const { output } = await send(tool, OPEN, `${prerequisite}\nupdate add nothing.open.test. 60 A 192.0.2.7`, args);
    expect(output).toContain(rcode);
    expect(serial(OPEN)).toBe(before);
    expect(has(OPEN, 'nothing', TYPE.A)).toBe(false);
  });

  test.each([
    'prereq yxdomain old.open.test.',
    'prereq nxdomain new.open.test.',
    'prereq yxrrset old.open.test. A',
    'prereq nxrrset old.open.test. AAAA',
    'prereq yxrrset old.open.test. A 192.0.2.2',
  ])('RFC 2136 2.4: %s holds', async (prerequisite) => {
    const owner = `held-${host}`;
    const done = await send(tool, OPEN, `${prerequisite}\nupdate add ${owner}.open.test. 60 A 192.0.2.7`, args);
    expect(done, done.output).toMatchObject({ code: 0 });
    expect(has(OPEN, owner, TYPE.A)).toBe(true);
    await send(tool, OPEN, `update delete ${owner}.open.test.`, args);
  });

  test.each<[string, Uint8Array, string, () => string[], RegExp]>([
    ['no acl allows it', CLOSED, 'a.closed.test.', () => [], /REFUSED/],
    ['unsigned where a key is needed', KEYED, 'a.keyed.test.', () => [], /REFUSED/],
    ['signed where only unsigned is allowed', OPEN, 'a.open.test.', () => keyOption(keys[2]), /REFUSED/],
    [
      'RFC 8945 5.2.1: unknown key',
      KEYED,
      'a.keyed.test.',
      () => keyOption({ ...keys[2], name: name('nobody.') }),
      /BADKEY|NOTAUTH/,
    ],
    [
      'RFC 8945 5.2.2: wrong secret',
      KEYED,
      'a.keyed.test.',
      () => keyOption({ ...keys[2], secret: new Uint8Array(32) }),
      /BADSIG|NOTAUTH|bad/i,
    ],
    ['a zone that is not here', name('nowhere.test.'), 'a.nowhere.test.', () => [], /NOTAUTH/],
  ])('%s', async (_, zone, owner, key, expected) => {
    const { output, code } = await send(tool, zone, `update add ${owner} 60 A 192.0.2.7`, [...args, ...key()]);
    expect(output).toMatch(expected);
    if (tool === 'nsupdate') expect(code).not.toBe(0);
  });

  test('RFC 8945 5.2.3: a clock further off than the fudge', async () => {
    clockError = 3_600_000;
    try {
      const { output } = await send(tool, KEYED, 'update add late.keyed.test. 60 A 192.0.2.7', [
        ...args,
        ...keyOption(keys[2]),
      ]);
      expect(output).toMatch(/BADTIME|clocks? (are|is) unsynchronized|NOTAUTH/);
      expect(has(KEYED, 'late', TYPE.A)).toBe(false);
    } finally {
      clockError = 0;
    }
  });
});

test('every refusal is counted by its RCODE', () => {
  const { changed, unchanged } = node.primary.updateCounters;
  const { updates } = node.nameserver.counters;
  expect(changed).toBeGreaterThan(20);
  expect(unchanged).toBeGreaterThan(0);
  // Prerequisites: NXDOMAIN, YXDOMAIN, YXRRSET once, NXRRSET twice, for each tool and transport.
  expect([3, 6, 7, 8].map((rcode) => updates[rcode])).toEqual([4, 4, 4, 8]);
  expect(updates[RCODE.REFUSED]).toBeGreaterThan(0);
});
