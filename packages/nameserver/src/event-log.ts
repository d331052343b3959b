import { nameToText, type Problem } from '@zonewire/shared-protocol';
import { type AclAction, aclExplanation } from './access.ts';
import type { Clock, Log } from './ports.ts';
import type { RequestContext } from './zone-handler.ts';
import type { ZoneEntry } from './zone-table.ts';

/** The same event of the same peer (and zone) is logged once in this time, ms; then with the number of those left out. */
export const REPEAT_AFTER = 60_000;
/** Events remembered; the oldest is forgotten first, so that a thousand peers cost no more memory than that. */
export const REMEMBERED = 1_000;

/** Lines in such a time, all events and peers together: source addresses over UDP can be forged, each one a new peer. */
export const MAX_LINES = 200;

interface Recent {
  readonly loggedAt: number;
  suppressed: number;
}

/** What the nameserver tells the log about requests. Peers can make these events happen, so each is rate limited. */
export class EventLog {
  readonly #log: Log;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #recent = new Map<string, Recent>();
  #windowStart = 0;
  #lines = 0;
  /** Lines left out because of MAX_LINES, told when they are over. */
  #omitted = 0;

  constructor(log: Log, clock: Pick<Clock, 'now'>) {
    this.#log = log;
    this.#clock = clock;
  }

  aclRefused(entry: ZoneEntry, action: AclAction, context: RequestContext): void {
    const zone = nameToText(entry.apex);
    const key = context.key && nameToText(context.key.name);
    const { peerAddress: peer, transport } = context;
    this.#once(`acl ${action} ${zone} ${peer} ${key}`, (suppressed) => {
      const how = key === undefined ? 'without a key' : `with key ${key}`;
      const message = `${action} of ${zone} refused to ${peer} ${how}; ${aclExplanation(entry.acl, action)}`;
      this.#log.warn({ zone, peer, transport, key, action, suppressed }, message);
    });
  }

  tsigRefused(problem: Problem, { peerAddress: peer, transport }: RequestContext): void {
    this.#once(`tsig ${problem.code} ${peer}`, (suppressed) =>
      this.#log.warn({ peer, transport, code: problem.code, suppressed }, `request of ${peer}: ${problem.message}`),
    );
  }

  /** An error of this program, not of the peer; `zone` when known. */
  internalError(error: unknown, { peerAddress: peer, transport }: RequestContext, zone?: string): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#once(`error ${zone} ${text}`, (suppressed) =>
      this.#log.error(
        { err: error, zone, peer, transport, suppressed },
        `a request of ${peer} failed with an error of ours, it was answered SERVFAIL: ${text}`,
      ),
    );
  }

  transferBroken(error: unknown, { peerAddress: peer }: RequestContext, zone: string): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#once(`transfer ${zone} ${peer}`, (suppressed) =>
      this.#log.warn(
        { err: error, zone, peer, suppressed },
        `transfer of ${zone} to ${peer} broken off in the middle, its connection closed: ${text}`,
      ),
    );
  }

  #once(event: string, write: (suppressed: number) => void): void {
    const now = this.#clock.now();
    const recent = this.#recent.get(event);
    if (recent !== undefined && Math.abs(now - recent.loggedAt) < REPEAT_AFTER) {
      recent.suppressed++;
      return;
    }
    if (!this.#hasRoom(now)) return;
    this.#recent.delete(event);
    this.#recent.set(event, { loggedAt: now, suppressed: 0 });
    if (this.#recent.size > REMEMBERED) {
      const [oldest] = this.#recent.keys();
      this.#recent.delete(oldest);
    }
    write(recent?.suppressed ?? 0);
  }

  #hasRoom(now: number): boolean {
    if (Math.abs(now - this.#windowStart) >= REPEAT_AFTER) {
      if (this.#omitted > 0)
        this.#log.warn({ omitted: this.#omitted }, `${this.#omitted} more lines about refused requests were left out`);
      this.#windowStart = now;
      this.#lines = 0;
      this.#omitted = 0;
    }
    if (this.#lines < MAX_LINES) {
      this.#lines++;
      return true;
    }
    this.#omitted++;
    return false;
  }
}
