import { name, parseRecords, unwrap } from '@zonewire/shared-protocol';
import { ZoneBuilder } from '@zonewire/zone';
import { describe, expect, it } from 'vitest';
import { contextOf, offline, rule } from '../fixtures/zones.ts';
import { HANDED_OVER, SILENCE } from '../pipeline/query-pipeline.ts';
import { ZoneTable } from '../zone-table.ts';
import { CORNERS } from './conformance-suite.ts';
import { type Corner, zoneText } from './corner.ts';
import { type Request, readRequest } from './question.ts';
import { expected, shown } from './shown.ts';

function serverOf(corner: Corner) {
  const table = new ZoneTable();
  for (const [apex, text] of Object.entries(corner.zones)) {
    const builder = new ZoneBuilder(name(apex));
    for (const record of parseRecords(zoneText(apex, text), name(apex))) builder.addRecord(record);
    const version = unwrap(builder.finish());
    table.add({ apex: name(apex), version, acl: [rule(['transfer'])], role: 'primary', handler: {} });
  }
  return offline(table);
}

/** All messages that answer the request. */
async function answers(server: ReturnType<typeof offline>, { bytes, transport }: Request): Promise<Uint8Array[]> {
  const reply = server.ask(bytes, contextOf(transport));
  if (reply === HANDED_OVER) return server.handle(bytes, contextOf(transport));
  return reply === SILENCE ? [] : [reply as Uint8Array];
}

describe.each(CORNERS.map((corner) => [corner.title, corner] as const))('%s', (_title, corner) => {
  const server = serverOf(corner);
  const origin = Object.keys(corner.zones)[0];

  it.each(corner.cases.map((one) => [one.rule, one.ask, one] as const))('%s: %s', async (_rule, _ask, one) => {
    const request = readRequest(one, origin, 0x1234);
    const messages = await answers(server, request);
    expect(messages.length).toBe(one.silence ? 0 : 1);
    if (one.silence) return;
    expect(shown(messages[0], one)).toEqual(expected(corner, one, request));
    expect(messages[0].length).toBeLessThanOrEqual(request.sizeLimit);
    expect(server.counters.internalErrors).toBe(0);
  });
});
