import type { NodeEvent } from './contract.ts';
import { duration } from './format.ts';
import { lookOf, type Tone } from './health.ts';

/** An event as one sentence, without its time and zone. */
export function eventWords(event: NodeEvent): string {
  switch (event.kind) {
    case 'committed':
      return `serial ${event.serial} committed`;
    case 'moment':
      return `${event.secondary}${event.node ? ` (${event.node})` : ''} ${momentWords(event)}`;
    case 'probe-failed':
      return `${event.secondary} did not answer a probe: ${event.reason}`;
    case 'health': {
      const { state, reason } = event.to;
      return `${event.secondary} is now ${lookOf(state).word}, was ${lookOf(event.from).word}${reason === '' ? '' : `: ${reason}`}`;
    }
    case 'receipt':
      return 'receipt of a secondary';
    case 'transfer':
      return 'transfer';
    default:
      return 'the zone has changed its state';
  }
}

export function eventTone(event: NodeEvent): Tone {
  if (event.kind === 'health') return lookOf(event.to.state).tone;
  return event.kind === 'probe-failed' ? 'warn' : 'none';
}

function momentWords(event: Extract<NodeEvent, { kind: 'moment' }>): string {
  const lag = event.lagMs === undefined ? '' : ` after ${duration(event.lagMs)}`;
  switch (event.moment) {
    case 'notified':
      return `was told of serial ${event.serial}${lag}`;
    case 'acknowledged':
      return `acknowledged the NOTIFY of serial ${event.serial}${lag}`;
    case 'transferred':
      return `has transferred serial ${event.serial}${lag}`;
    case 'verified':
      return `has verified serial ${event.serial}${lag}`;
    default:
      return `answers with serial ${event.serial}${lag}`;
  }
}
