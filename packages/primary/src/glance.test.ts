import { expect, test } from 'vitest';
import { APEX, FILE, memory, text, type World } from './fixtures/world.ts';

/** What a glance has to be, by the long way. */
function inShort({ status, table }: World) {
  const { zone, role, state, served, expireAt, lastError } = status;
  const { expire } = table.get(APEX)?.version?.soa ?? {};
  return { zone, role, state, serial: served?.serial, expireAt, expire, hasFailed: lastError !== undefined };
}

test('a glance says what the status says, in every state', async () => {
  const { world, files } = memory('not a zone');
  const { clock } = world;
  const seen: string[] = [];
  const look = () => {
    expect([...world.primary.glances()]).toEqual([inShort(world)]);
    expect(world.primary.glance(APEX)).toEqual(inShort(world));
    seen.push(`${world.status.state} ${world.status.lastError !== undefined}`);
  };
  await world.start();
  look();
  files.set(FILE, text(7));
  await clock.advance(1000);
  await world.primary.reload(APEX);
  look();
  await world.update('dyn');
  look();
  files.set(FILE, 'broken');
  await expect(world.primary.reload(APEX, { discardUpdates: true })).rejects.toThrow();
  look();
  await world.primary.freeze(APEX);
  look();
  await world.restart();
  look();
  expect(seen).toEqual([
    'failed true',
    'serving false',
    'serving false',
    'serving true',
    'frozen true',
    'frozen false',
  ]);
});
