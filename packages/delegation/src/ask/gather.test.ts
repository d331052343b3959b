import { name, nameToText, RCODE, TYPE } from '@zonewire/shared-protocol';
import { FakeClock } from '@zonewire/testkit';
import { expect, it } from 'vitest';
import { checkDelegation } from '../check.ts';
import { type Answer, network, record, referral } from '../fixtures/network.ts';
import { DEFAULT_DELEGATION_LIMITS } from '../limits.ts';

const NS = ['ns1.example.test.', 'ns2.example.test.'];
const ADDRESS: Readonly<Record<string, string>> = { [NS[0]]: '198.51.100.1', [NS[1]]: '203.0.113.2' };
const glue = NS.map((server) => record(server, TYPE.A, ADDRESS[server]));

/** Two servers with all that belongs to them; `parent` and `serial` say what is not so. */
function world(parent: Answer, serial: (host: string) => number): Answer {
  return (question, to, transport) => {
    const owner = nameToText(question.name);
    if (to.host === '192.0.2.1') return question.type === TYPE.DS ? { aa: true } : parent(question, to, transport);
    if (question.type === TYPE.SOA)
      return { aa: true, answer: [record(owner, TYPE.SOA, `ns1 h ${serial(to.host)} 3600 600 86400 60`)] };
    if (question.type === TYPE.NS) return { aa: true, answer: NS.map((server) => record(owner, TYPE.NS, server)) };
    if (question.type === TYPE.A) return { aa: true, answer: [record(owner, TYPE.A, ADDRESS[owner])] };
    return { aa: true, rcode: RCODE.NOERROR };
  };
}

async function check(answer: Answer, settle = 0) {
  const clock = new FakeClock();
  const { client } = network(answer);
  const parents = [{ zone: name('test.'), addresses: [{ host: '192.0.2.1', port: 53 }] }];
  const sources = { resolvers: [], parents, port: 53, settle };
  const checked = checkDelegation(name('example.test.'), sources, { client, clock, limits: DEFAULT_DELEGATION_LIMITS });
  let codes: string[] | undefined;
  void checked.then(({ findings }) => {
    codes = findings.map(({ code }) => code);
  });
  await clock.advanceUntil(() => codes !== undefined, 60_000);
  return { codes, took: clock.elapsed };
}

const whole: Answer = () => referral('example.test.', NS, glue);

it('a server that is behind for as long as a change takes is no finding', async () => {
  let asked = 0;
  const serial = (host: string) => (host === ADDRESS[NS[1]] && ++asked < 8 ? 6 : 7);
  const { codes, took } = await check(world(whole, serial), 10_000);
  expect(codes).toEqual([]);
  expect(took).toBeGreaterThan(0);
  expect(took).toBeLessThan(10_000);
});

it('one that stays behind is, after that time', async () => {
  const serial = (host: string) => (host === ADDRESS[NS[1]] ? 6 : 7);
  expect(await check(world(whole, serial), 10_000)).toEqual({ codes: ['serial-differs'], took: 10_000 });
});

it('glue that a datagram had no room for is asked for over TCP (RFC 9471 3.1)', async () => {
  const parent: Answer = (_, __, transport) =>
    referral('example.test.', NS, transport === 'tcp' ? glue : glue.slice(0, 1));
  expect((await check(world(parent, () => 7))).codes).toEqual([]);
  const never: Answer = () => referral('example.test.', NS, glue.slice(0, 1));
  expect((await check(world(never, () => 7))).codes).toEqual(['glue-missing']);
});
