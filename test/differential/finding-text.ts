import type { Finding } from './compare-zones.ts';
import { messageText } from './message-text.ts';
import { questionText } from './questions.ts';
import type { Prepared } from './round.ts';
import { zoneText } from './zones/zone.ts';

/** A finding for a reader: zone, question, what differs, every server's answer. */
export function findingText({ asked, question, unexplained, answers, allAgainstUs }: Finding<Prepared>): string {
  const { origin, signing, records } = asked;
  return [
    `; question: ${questionText(origin, question)}`,
    `; zone${signing ? `, signed by ${signing.vendor} with ${signing.denial}` : ''}:`,
    zoneText(origin, records),
    ...unexplained.map(({ peer, text }) => `; ${peer}: ${text}`),
    ...(allAgainstUs ? ['; no peer answers as we do'] : []),
    ...answers.map(({ server, bytes }) => `\n;; ---- ${server}\n${messageText(bytes)}`),
  ].join('\n');
}
