import { messageText } from './message-text.ts';
import { questionText } from './questions.ts';
import type { Finding } from './round.ts';
import { zoneText } from './zones/zone.ts';

/** A finding for a reader: zone, question, what differs, every server's answer. */
export function findingText({ scenario, question, unexplained, answers, allAgainstUs }: Finding): string {
  return [
    `; question: ${questionText(scenario.origin, question)}`,
    `; zone${scenario.signing ? `, signed by ${scenario.signing.vendor} with ${scenario.signing.denial}` : ''}:`,
    zoneText(scenario.origin, scenario.records),
    ...unexplained.map(({ peer, text }) => `; ${peer}: ${text}`),
    ...(allAgainstUs ? ['; no peer answers as we do'] : []),
    ...answers.map(({ server, bytes }) => `\n;; ---- ${server}\n${messageText(bytes)}`),
  ].join('\n');
}
