import type { SecondaryEvent } from './events.ts';
import { SITE } from './site/port.ts';

/** What happened to the zones since the start; they only grow. */
export interface SecondaryCounters {
  /** Answers and failures of SOA queries, and transfers that brought nothing newer. */
  checks: number;
  checksFailed: number;
  transfersAxfr: number;
  transfersIxfr: number;
  /** IXFR answered with the whole zone. */
  transfersAxfrStyle: number;
  transfersFailedAxfr: number;
  transfersFailedIxfr: number;
  /** Of these: the primary stopped sending and left the connection open. */
  transfersStalled: number;
  /** Versions that another node of the site had fetched. */
  fromSite: number;
  /** Rounds in which no primary helped. */
  roundsFailed: number;
  expired: number;
  revived: number;
}

export function newSecondaryCounters(): SecondaryCounters {
  return {
    checks: 0,
    checksFailed: 0,
    transfersAxfr: 0,
    transfersIxfr: 0,
    transfersAxfrStyle: 0,
    transfersFailedAxfr: 0,
    transfersFailedIxfr: 0,
    transfersStalled: 0,
    fromSite: 0,
    roundsFailed: 0,
    expired: 0,
    revived: 0,
  };
}

export function countEvent(counters: SecondaryCounters, event: SecondaryEvent): void {
  switch (event.kind) {
    case 'checked':
      counters.checks++;
      if (event.serial === undefined) counters.checksFailed++;
      break;
    case 'installed':
      if (event.transfer.from === SITE) counters.fromSite++;
      else if (event.transfer.type === 'axfr') counters.transfersAxfr++;
      else if (event.transfer.type === 'ixfr') counters.transfersIxfr++;
      else counters.transfersAxfrStyle++;
      break;
    case 'transfer-failed':
      if (event.type === 'axfr') counters.transfersFailedAxfr++;
      else counters.transfersFailedIxfr++;
      if (event.failure === 'stalled') counters.transfersStalled++;
      break;
    case 'failed':
      counters.roundsFailed++;
      break;
    case 'expired':
      counters.expired++;
      break;
    case 'revived':
      counters.revived++;
      break;
  }
}
