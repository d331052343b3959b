import { relative } from 'node:path';
import { DATA, HOST, KEY_FILE, NODES, ROOT, ZONES } from './layout.ts';
import type { NodeProcess } from './node-process.ts';

export const HELP = `npm start [-- OPTIONS]: a primary and two secondaries on loopback, with sample zones

  --once   change one record, show it arrive at both secondaries with the measured lag, end with exit code 0
  --fresh  throw away the data of earlier runs first
`;

/** What runs where, and what to try with it. */
export function introduction(processes: readonly NodeProcess[]): string {
  const rows = processes.map(
    ({ node, pid }) =>
      `  ${node.id.padEnd(8)} ${node.role.padEnd(10)} DNS ${HOST}:${node.dnsPort}   control http://${HOST}:${node.controlPort}   pid ${pid}`,
  );
  const key = relative(ROOT, KEY_FILE);
  const [primary, first, second] = NODES;
  return `
${rows.join('\n')}

  zones    ${ZONES.join('  ')}
  config   demo/primary.yaml, demo/fra1.yaml, demo/sin1.yaml
  data     ${relative(ROOT, DATA)}/ (kept between runs; npm start -- --fresh starts over)

Try, in another terminal, in this folder:

  # ask a secondary; take a whole zone from the other one
  dig @${HOST} -p ${first.dnsPort} www.example.test AAAA
  dig @${HOST} -p ${second.dnsPort} example.test AXFR -k ${key}

  # add a record at the primary, then see how far behind each secondary is
  printf 'server ${HOST} ${primary.dnsPort}\\nzone example.test\\nupdate add new.example.test 60 A 192.0.2.77\\nsend\\n' | nsupdate -k ${key}
  npx zonewire lag

  # the same in a browser, live: map, zones, timeline, lag
  xdg-open http://${HOST}:${primary.controlPort}/

  # what a node knows of a zone
  npx zonewire zone status example.test. --control ${HOST}:${first.controlPort}

  # end ${second.id} the hard way, change something, and see it come back from its own data
  kill -9 ${processes.at(-1)?.pid}

Ctrl-C stops all three.
`;
}
