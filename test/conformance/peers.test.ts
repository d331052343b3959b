import { CORNERS, type Corner, expected, originOf, readRequest } from '@zonewire/nameserver/conformance-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askServer } from './ask-server.ts';
import { apart, judge } from './judge.ts';
import { type Servers, startServers, VENDORS } from './servers.ts';

/** One set of servers serves all corners but those that take others' questions. */
const sets: readonly (readonly Corner[])[] = [
  CORNERS.filter((corner) => !corner.alone),
  ...CORNERS.filter((corner) => corner.alone).map((corner) => [corner]),
];

describe.each(sets.map((corners) => [corners.length === 1 ? 'a corner of its own' : 'corners', corners] as const))(
  '%s',
  (_title, corners) => {
    let servers: Servers;
    beforeAll(async () => {
      servers = await startServers(corners);
    });
    afterAll(() => servers?.remove());

    it.each(corners.map((corner) => [corner.title, corner] as const))(
      '%s: our node, named, knotd, nsd and pdns_server answer as the table says',
      async (_title, corner) => {
        const asked = VENDORS.filter((vendor) => corner.without?.[vendor] === undefined);
        // An opinion that nobody shares is only an opinion.
        expect(asked.length).toBeGreaterThanOrEqual(2);
        const [ours, ...theirs] = await Promise.all([
          askServer(servers.ours, corner),
          ...asked.map((vendor) => askServer(servers.peers.get(vendor)!, corner, vendor)),
        ]);
        const origin = originOf(corner);
        const problems: string[] = [];
        for (const [i, one] of corner.cases.entries()) {
          const wanted = one.silence ? 'silence' : expected(corner, one, readRequest(one, origin, 0));
          const problem = apart(ours[i], wanted);
          const found = [
            ...(problem === '' ? [] : [`ours: ${problem}`]),
            ...asked.flatMap((vendor, k) => judge(vendor, one, wanted, theirs[k][i], Object.keys(corner.zones))),
          ];
          if (found.length > 0) problems.push([`${one.rule}: ${one.ask}`, ...found].join('\n  '));
        }
        expect(problems.join('\n')).toBe('');
      },
    );
  },
);
