import type { RunningTransfers } from '@zonewire/nameserver';
import type { Primary, PrimaryEvent } from '@zonewire/primary';
import type { OwnZones, Replicas } from '@zonewire/replicas';
import type { Secondary, SecondaryEvent } from '@zonewire/secondary';
import { nameToText } from '@zonewire/shared-protocol';
import type { EventHub } from '../events/event-hub.ts';
import type { NodeEvent } from '../events/node-event.ts';

interface Sources {
  readonly identity: string;
  readonly primary: Pick<Primary, 'events'>;
  readonly secondary: Pick<Secondary, 'events'>;
  readonly running: Pick<RunningTransfers, 'events'>;
  readonly replicas: Pick<Replicas, 'events'>;
  readonly ownZones: Pick<OwnZones, 'events'>;
}

/** What the parts of a node tell, in the words of the event stream. */
export function feedEvents(
  hub: EventHub,
  { identity, primary, secondary, running, replicas, ownZones }: Sources,
): void {
  const publish = (event: NodeEvent | undefined) => {
    if (event !== undefined) hub.publish(event);
  };
  secondary.events((event) => publish(ofSecondary(event, identity)));
  primary.events((event) => publish(ofPrimary(event)));
  running.events(publish);
  replicas.events(publish);
  ownZones.events(publish);
}

/** SOA checks and NOTIFYs are not told: the first are many, and what comes of both is. */
function ofSecondary(event: SecondaryEvent, node: string): NodeEvent | undefined {
  const { zone, at } = event;
  switch (event.kind) {
    case 'installed': {
      const { transfer, times, primary, expireAt, refreshAt } = event;
      const { type, toSerial } = transfer;
      return {
        kind: 'receipt',
        zone,
        at,
        node,
        serial: toSerial,
        from: primary,
        type,
        ...times,
        ...(expireAt === undefined ? {} : { expireAt }),
        ...(refreshAt === undefined ? {} : { refreshAt }),
      };
    }
    case 'failed':
      return { kind: 'zone', zone, at, role: 'secondary', what: 'failed', code: event.code, message: event.message };
    case 'expired':
      return { kind: 'zone', zone, at, role: 'secondary', what: 'expired' };
    case 'revived':
      return { kind: 'zone', zone, at, role: 'secondary', what: 'revived', serial: event.serial };
    default:
      return undefined;
  }
}

function ofPrimary(event: PrimaryEvent): NodeEvent | undefined {
  if (event.kind === 'replica-served') return undefined;
  const { at } = event;
  const zone = nameToText(event.zone).toLowerCase();
  const told = { kind: 'zone', zone, at, role: 'primary', what: event.kind } as const;
  if (event.kind === 'published') return { ...told, serial: event.serial };
  if (event.kind === 'problem') return { ...told, code: event.code, message: event.message };
  return told;
}
