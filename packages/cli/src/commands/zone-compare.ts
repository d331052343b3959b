import type { AskedComparison } from '@zonewire/replicas';
import { zoneToSegment } from '../control/zone-segment.ts';
import { printable, styled, table } from '../output/terminal.ts';
import { ASKING_OPTIONS, type Command, EXIT, printJson, zoneArgument } from './command.ts';
import { controlClient } from './control-client.ts';

export const zoneCompare: Command = {
  name: 'zone compare',
  summary: 'transfer the copies of secondaries (AXFR) and compare them with what is served here',
  arguments: 'ZONE [SECONDARY]',
  options: ASKING_OPTIONS,
  example: 'zonewire zone compare example.test. sin1',
  details:
    'Without SECONDARY: all that are notified of the zone, one after the other. A secondary of ours tells the digest of its copy itself.\n' +
    'Exit code 1 when a copy differs, or one could not be compared. docs/replication.md says how often it is done without being asked.',
  async run(invocation) {
    const zone = zoneArgument(invocation);
    const [, secondary] = invocation.positionals;
    const client = await controlClient(invocation);
    const answer = await client.post<{ zone: string; comparisons: AskedComparison[] }>(
      `/api/v1/zones/${zoneToSegment(zone)}/compare`,
      secondary === undefined ? {} : { secondary },
    );
    const { comparisons } = answer;
    const { terminal } = invocation;
    if (invocation.json) printJson(invocation, answer);
    else if (comparisons.length === 0)
      terminal.out('nobody is notified of the zone from here: there is no copy to compare\n');
    else {
      const header = ['SECONDARY', 'RESULT', 'SERIAL', 'NOTE'].map((cell) => styled(terminal, 'bold', cell));
      const rows = comparisons.map((one) => [
        one.secondary,
        one.result,
        String(one.serial ?? '-'),
        printable(one.reason),
      ]);
      terminal.out(table([header, ...rows]));
    }
    const isFine = comparisons.every(({ result }) => result === 'same' || result === 'receipts');
    return isFine ? EXIT.FINE : EXIT.PROBLEM;
  },
};
