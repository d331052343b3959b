import { decodeMessage, EDNS_OPTION, findOption, TYPE, unwrap } from '@zonewire/shared-protocol';
import { expect, test } from 'vitest';
import { Site } from './fixtures/site.ts';

/** What a secondary asks of a primary that tells of a version while it is still storing it. */

test('an IXFR that a NOTIFY has caused says that the next one may come early, another does not', async () => {
  const site = await Site.start();
  const { clock, network, primary } = site;
  await clock.advance(1000);
  const asked: boolean[] = [];
  const { openTransfer } = network;
  network.openTransfer = (request, ...more) => {
    const { question, edns } = unwrap(decodeMessage(request));
    if (question[0].type === TYPE.IXFR) asked.push(findOption(edns, EDNS_OPTION.FORETELL) !== undefined);
    return openTransfer.call(network, request, ...more);
  };
  primary.change((hosts) => hosts.set('a', 1));
  await site.notify();
  await clock.advance(200);
  expect(asked).toEqual([true]);
  primary.change((hosts) => hosts.set('a', 2));
  await Promise.all([site.secondary.refresh(site.entry.apex), clock.advance(200)]);
  expect(asked).toEqual([true, false]);
  await site.secondary.stop();
});
