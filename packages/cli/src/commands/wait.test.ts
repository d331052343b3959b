import { eventually } from '@zonewire/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeNode, NOW, PRIMARY_ZONE, SECONDARY_ZONE } from '../control/fixtures/fake-node.ts';
import { type CommandLineSetting, commandLine } from '../fixtures/command-line.ts';

/** fra1 has serial 2026112102, sin1 does not. */
const zones = [PRIMARY_ZONE, SECONDARY_ZONE];
const node = fakeNode(zones);
const server = node.server();
let url = '';

beforeAll(async () => {
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(() => server.close());

const zonewire = (args: string, setting: CommandLineSetting = {}) =>
  commandLine(args, { environment: { ZONEWIRE_CONTROL: url }, now: NOW, ...setting });

/** sin1 answers with the serial that it lacked. */
function sin1Arrives() {
  const [fra1, sin1] = PRIMARY_ZONE.notify!;
  const there = { ...sin1, serial: 2026112102, state: 'in-sync' as const, lastError: undefined };
  zones[0] = { ...PRIMARY_ZONE, notify: [fra1, there] };
  node.waiting.changed('example.test.');
}

function sin1IsMissing() {
  zones[0] = PRIMARY_ZONE;
}

describe('wait', () => {
  it('exit 1 names who is missing and why', async () => {
    const { code, out, err } = await zonewire('wait example.test --timeout 0.1');
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "serial 2026112102 of example.test.: waiting for all 2
        fra1 answered (serial 2026112102)
      "
    `);
    expect(err).toMatchInlineSnapshot(`
      "not done within 0.1 s: 1 of 2 have it, 2 have to; missing of example.test.~2026112102:
        sin1 (127.0.0.1:5302) unreachable: 127.0.0.1:5302 does not answer over UDP for 50 min. See whether the server runs.
      "
    `);
  });

  it('one line for each as it arrives, exit 0 when the last one does', async () => {
    let told = false;
    const waiting = zonewire('wait example.test.', {
      onOut(out) {
        if (told || !out.includes('fra1')) return;
        told = true;
        setTimeout(sin1Arrives, 20);
      },
    });
    const { code, out, err } = await waiting;
    sin1IsMissing();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatchInlineSnapshot(`
      "serial 2026112102 of example.test.: waiting for all 2
        fra1 answered (serial 2026112102)
        sin1 answered (serial 2026112102)
      done: 2 of 2 have it
      "
    `);
  });

  it('on a terminal the last line says who is missing, and goes away', async () => {
    let told = false;
    const { code, out } = await zonewire('wait --change example.test.~2026112102', {
      colours: true,
      onOut(text) {
        if (told || !text.includes('missing: sin1')) return;
        told = true;
        setTimeout(sin1Arrives, 20);
      },
    });
    sin1IsMissing();
    expect(code).toBe(0);
    expect(out).toContain('missing: sin1 (unreachable)');
    expect(out.slice(out.indexOf('missing: sin1')).split('\n')[0]).toContain('\r\u001b[K');
  });

  it('for one, for more than half, for an older serial', async () => {
    expect(await zonewire('wait example.test. --for fra1')).toMatchObject({ code: 0, err: '' });
    expect((await zonewire('wait example.test. --for quorum --timeout 0')).code).toBe(1);
    expect((await zonewire('wait example.test. --serial 2026112100')).code).toBe(0);
  });

  it('-o json is one document, whatever comes of it', async () => {
    const { code, out, err } = await zonewire('wait example.test. --timeout 0 -o json');
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toMatchObject({ state: 'timed-out', secondaries: [{ id: 'fra1' }, { id: 'sin1' }] });
  });

  it('goes on when the node is started again meanwhile', async () => {
    const port = Number(new URL(url).port);
    const restarted = fakeNode(zones);
    const again = restarted.server();
    let told = false;
    const waiting = zonewire('wait example.test.', {
      onOut(out) {
        if (told || !out.includes('fra1')) return;
        told = true;
        setTimeout(async () => {
          node.waiting.stop();
          await server.close();
          await again.listen({ host: '127.0.0.1', port });
        }, 20);
      },
    });
    await eventually('it asks the new one', () => restarted.waiting.size === 1);
    sin1Arrives();
    restarted.waiting.changed('example.test.');
    const { code } = await waiting;
    sin1IsMissing();
    expect(code).toBe(0);
    await again.close();
  });
});

describe('what is wrong with it', () => {
  it.each([
    ['wait', 2, 'which zone?'],
    ['wait example.test. --serial x', 2, 'is not a serial'],
    ['wait example.test. --change example.test.~1', 2, 'names zone and serial already'],
    ['wait --change nonsense', 2, 'is not the id of a change'],
    ['wait example.test. --timeout soon', 2, '--timeout takes seconds'],
  ])('%s', async (args, exit, words) => {
    const { code, err } = await zonewire(args);
    expect([code, err]).toEqual([exit, expect.stringContaining(words)]);
  });
});
