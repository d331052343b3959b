import { judge } from '@zonewire/delegation';
import { expect, it } from 'vitest';
import { delegationReport } from './delegation-schema.ts';
import { fakeNode, NOW } from './fixtures/fake-node.ts';

const node = fakeNode();

async function get(zone: string) {
  const answer = await node
    .server()
    .inject({ url: `/api/v1/zones/${zone}/delegation`, headers: { host: 'localhost' } });
  return { status: answer.statusCode, body: answer.json() };
}

it('a zone that was not checked yet: when it will be', async () => {
  expect(await get('example.test.')).toEqual({ status: 200, body: { zone: 'example.test.', nextAt: NOW + 60_000 } });
});

it('a zone that is not checked: 404, with what to do', async () => {
  const { status, body } = await get('example.org.');
  expect(status).toBe(404);
  expect(body.code).toBe('delegation-not-checked');
  expect(body.detail).toContain('add a section delegation');
});

it('a zone that is not there: 404', async () => {
  expect((await get('other.test.')).body.code).toBe('zone-unknown');
});

it('a report is what the document says of it', () => {
  const facts = { zone: 'example.test.', at: NOW, parent: undefined, parents: [], hosts: [], servers: [], cut: [] };
  const report = judge(facts);
  expect(delegationReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
});
