import { rmSync, writeFileSync } from 'node:fs';
import { dig, digSerial, eventually, feed, run, ZonewireNode } from '@zonewire/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const text = (zone: string) =>
  `$ORIGIN ${zone}\n$TTL 60\n@ SOA ns.${zone} host.${zone} 1 60 60 600 60\n@ NS ns.${zone}\nns A 192.0.2.1\n`;

// A zone file that is a FIFO is read for as long as nobody writes to it: loading takes exactly as long as the test wants.
describe('while zones are loaded', () => {
  let node: ZonewireNode;
  let ready: Promise<void>;

  beforeEach(async () => {
    node = await ZonewireNode.prepare({
      zones: [
        { name: 'slow.test.', text: '' },
        { name: 'quick.test.', text: text('quick.test.') },
      ],
    });
    rmSync(node.zoneFile('slow.test.'));
    await run('mkfifo', [node.zoneFile('slow.test.')]);
    ready = node.run();
    ready.catch(() => {});
    await eventually('quick.test. is served', async () => (await digSerial(node, 'quick.test.')) === 1);
  }, 60_000);

  afterEach(async () => {
    if (node.process.isRunning) writeFileSync(node.zoneFile('slow.test.'), text('slow.test.'), { flag: 'r+' });
    await node.remove();
  });

  it('a node listens: zones that are loaded are served, the others answer SERVFAIL and say why (RFC 8914 4.15)', async () => {
    for (const transport of ['+notcp', '+tcp']) {
      const answer = await dig(node, transport, 'slow.test.', 'SOA');
      expect(answer).toMatch(/status: SERVFAIL/);
      expect(answer).toMatch(/EDE: 14 \(Not Ready\): \(zone slow\.test\. not yet loaded\)/);
    }
    expect(await dig(node, 'other.test.', 'SOA')).toMatch(/status: REFUSED/);
    expect(node.process.output).not.toContain('"ready:');
    // The control API is there a moment later than what is served.
    const health = await eventually('the control API', () => fetch(`${node.controlUrl}/health/ready`));
    expect([health.status, await health.json()]).toEqual([503, { status: 'waiting', waitingFor: 1 }]);
    expect(await node.status('slow.test.')).toMatchObject({ state: 'loading' });
    writeFileSync(node.zoneFile('slow.test.'), text('slow.test.'));
    await ready;
    expect(node.process.output).toContain('ready: 2 of 2 zones served');
    expect(await digSerial(node, 'slow.test.')).toBe(1);
    expect((await fetch(`${node.controlUrl}/health/ready`)).status).toBe(200);
  });

  it('UPDATE and transfer of a zone not loaded yet get SERVFAIL', async () => {
    const input = `server 127.0.0.1 ${node.port}
zone slow.test.
update add a.slow.test. 60 A 192.0.2.9
send
`;
    const { output } = await feed('nsupdate', [], input);
    expect(output).toContain('update failed: SERVFAIL');
    expect(await dig(node, 'slow.test.', 'AXFR', '+all')).toMatch(/status: SERVFAIL|Transfer failed/);
  });
});
