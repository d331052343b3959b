import { name, nameToText, rdataToText, typeToText } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { fakeNode } from './fixtures/fake-node.ts';
import { ApiError } from './problem.ts';
import { readPatch } from './rrset-patch.ts';

const ZONE = name('example.test.');
type Items = Parameters<typeof readPatch>[1];

function problemsOf(items: Items): string[] {
  try {
    readPatch(ZONE, items);
  } catch (error) {
    if (error instanceof ApiError) return (error.extra.errors ?? []).map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

it('reads names, types and record data into wire form', () => {
  const changes = readPatch(ZONE, [
    {
      name: 'WWW.example.test.',
      type: 'a',
      ttl: 60,
      changetype: 'REPLACE',
      records: ['192.0.2.1', { content: '192.0.2.2' }],
    },
    { name: 'example.test', type: 'MX', changetype: 'DELETE' },
    { name: '*.example.test.', type: 'TYPE65280', ttl: 0, changetype: 'EXTEND', records: ['\\# 2 0a0b'] },
    { name: 'txt.example.test.', type: 'TXT', changetype: 'PRUNE', records: ['"a;b" "c\\"d"'] },
  ]);
  expect(
    changes.map((change) => [
      change.change,
      nameToText(change.name),
      typeToText(change.type),
      change.ttl,
      change.rdatas.map((rdata) => rdataToText(change.type, rdata)),
    ]),
  ).toEqual([
    ['replace', 'WWW.example.test.', 'A', 60, ['192.0.2.1', '192.0.2.2']],
    ['delete', 'example.test.', 'MX', 0, []],
    ['extend', '*.example.test.', 'TYPE65280', 0, ['\\# 2 0A0B']],
    ['prune', 'txt.example.test.', 'TXT', 0, ['"a;b" "c\\"d"']],
  ]);
});

it('tells everything that is wrong at once, by place', () => {
  const problems = problemsOf([
    { name: 'www.other.test.', type: 'A', ttl: 60, changetype: 'REPLACE', records: ['192.0.2.300'] },
    { name: 'a..b', type: 'AXFR', changetype: 'REPLACE', records: [] },
    { name: 'a.example.test.', type: 'NOSUCH', changetype: 'DELETE', records: ['x'] },
    { name: 'c.example.test.', type: 'cname', ttl: 60, changetype: 'REPLACE', records: ['a.test.', 'b.test.'] },
  ]);
  expect(problems).toEqual([
    'rrsets[0].name: www.other.test. is not in the zone example.test.',
    expect.stringMatching(/^rrsets\[0\]\.records\[0\]: .*192\.0\.2\.300/),
    'rrsets[1].name: the name "a..b" has an empty label',
    'rrsets[1].type: AXFR is not a type that a zone can hold',
    'rrsets[1].records: REPLACE needs at least one record',
    'rrsets[1].ttl: REPLACE needs a ttl in seconds',
    'rrsets[2].type: NOSUCH is not a type that a zone can hold',
    'rrsets[2].records: DELETE takes the whole RRset; to remove some: PRUNE',
    'rrsets[3].records: a name has one CNAME at most, not 2',
  ]);
});

describe('record data is one record and nothing else', () => {
  it.each(['192.0.2.1\nevil A 192.0.2.9', '192.0.2.1 192.0.2.2', '( 192.0.2.1', '', '$INCLUDE /etc/passwd'])(
    '%j',
    (content) => {
      expect(
        problemsOf([{ name: 'a.example.test.', type: 'A', ttl: 1, changetype: 'REPLACE', records: [content] }]),
      ).toHaveLength(1);
    },
  );
});

it('reaches the primary as PATCH, and answers with the serial that holds the change', async () => {
  const node = fakeNode();
  const patch = (payload: object) =>
    node
      .server()
      .inject({ method: 'PATCH', url: '/api/v1/zones/example.test.', headers: { host: 'localhost' }, payload });
  const rrset = { name: 'a.example.test.', type: 'A', ttl: 60, changetype: 'REPLACE', records: ['192.0.2.1'] };
  expect((await patch({ rrsets: [rrset] })).json()).toEqual({ zone: 'example.test.', changeId: '0123', serial: 9 });
  expect(node.changes).toHaveLength(1);
  expect((await patch({ rrsets: [{ ...rrset, changetype: 'UPSERT' }] })).statusCode).toBe(400);
  expect((await patch({ rrsets: [] })).statusCode).toBe(400);
  const refused = await patch({ rrsets: [{ ...rrset, records: ['x'] }] });
  expect(refused.json()).toMatchObject({ status: 422, code: 'change-invalid', zone: 'example.test.' });
  expect(node.changes).toHaveLength(1);
});
