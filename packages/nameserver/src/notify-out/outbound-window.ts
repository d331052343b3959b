import { Line } from '../line.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import { addressText, type RemoteAddress } from './remote.ts';
import { PATIENT_EXCHANGES, SCOUT_PAUSE, SILENT_IS_DEAD, SLOW_IS_DEAD } from './timing.ts';

/** Exchanges under way at once to one host and port. A target's socket buffer holds a few hundred packets; the rest waits here. */
const OUTBOUND_WINDOW = 64;
/** What came of an exchange: any answer at all, none, or word from the kernel that nobody is there. */
export type Heard = 'answered' | 'silence' | 'nobody';

/**
 * Carries out an exchange with one of the addresses; it must settle by itself. Undefined: nobody wants it any more.
 * `scout`: others wait for its answer, and so it waits for one as long as any would, until it is given up by this signal.
 */
export type Exchange = (address: RemoteAddress, scout: AbortSignal | undefined) => Promise<Heard> | undefined;

interface Waiting {
  readonly addresses: readonly RemoteAddress[];
  readonly first: number;
  readonly urgent: boolean;
  readonly exchange: Exchange;
}

interface Host {
  readonly key: string;
  readonly urgent: Line<Waiting>;
  readonly patient: Line<Waiting>;
  running: number;
  /** Exchanges in a row that were not answered. */
  silent: number;
  silentSince: number;
  isDead: boolean;
  /** Gives up what was sent while it was dead: nobody may ever have got it. */
  scouts: AbortController | undefined;
  /** While it is dead: whether one exchange may be sent, or else when. */
  maySend: boolean;
  pause: number;
  timer: TimerHandle | undefined;
}

export interface OutboundWindowOptions {
  readonly clock: Clock;
  readonly size?: number;
  /** Told when a remote is taken to be dead, and when it has answered again. `host`: as {@link addressText} writes it. */
  readonly onDead?: (host: string) => void;
  readonly onAlive?: (host: string) => void;
}

/**
 * Ten thousand zones may change at once: their NOTIFYs to one target leave in the order of the changes, a window of them at a
 * time, and what a timer asks for waits until no change is waiting, and begins a few at a time. When the target is dead they wait too, for one another instead of
 * each for itself: one exchange every two seconds finds out when it is back, and then all of them leave. What has another address
 * that is not dead leaves to that.
 */
export class OutboundWindow {
  readonly #options: OutboundWindowOptions;
  readonly #size: number;
  readonly #hosts = new Map<string, Host>();
  #isStopped = false;
  /** Of those that are not urgent: begun since the last pause, the pause, and who wants to begin one behind it, in turn. */
  #begun = 0;
  #pausing: TimerHandle | undefined;
  readonly #behindPause = new Set<Host>();
  /** Exchanges that wait for their turn, and most that ever did for one host. */
  waiting = 0;
  peakWaiting = 0;
  /** Remotes that are taken to be dead now, and how often one was. */
  dead = 0;
  deaths = 0;

  constructor(options: OutboundWindowOptions) {
    this.#options = options;
    this.#size = options.size ?? OUTBOUND_WINDOW;
  }

  /** Runs `exchange` now or when its turn comes, with the first address from `first` on that is not dead. */
  run(addresses: readonly RemoteAddress[], first: number, urgent: boolean, exchange: Exchange): void {
    const host = this.#host(this.#choose(addresses, first));
    this.#join(host, { addresses, first, urgent, exchange });
    this.#fill(host);
  }

  /** The address that `run` would take. */
  choose(addresses: readonly RemoteAddress[], first: number): RemoteAddress {
    if (addresses.length > 1 && this.dead > 0)
      for (let i = 0; i < addresses.length; i++) {
        const address = addresses[(first + i) % addresses.length];
        if (!this.isDead(addressText(address))) return address;
      }
    return addresses[first];
  }

  isDead(host: string): boolean {
    return this.#hosts.get(host)?.isDead === true;
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#pausing !== undefined) this.#options.clock.clearTimeout(this.#pausing);
    this.#behindPause.clear();
    for (const { timer, scouts } of this.#hosts.values()) {
      if (timer !== undefined) this.#options.clock.clearTimeout(timer);
      scouts?.abort();
    }
    this.#hosts.clear();
    this.waiting = 0;
  }

  #choose(addresses: readonly RemoteAddress[], first: number): string {
    return addressText(this.choose(addresses, first));
  }

  #host(key: string): Host {
    let host = this.#hosts.get(key);
    if (host === undefined) {
      const pause = SCOUT_PAUSE.first;
      const lines = { urgent: new Line<Waiting>(), patient: new Line<Waiting>() };
      host = {
        key,
        ...lines,
        running: 0,
        silent: 0,
        silentSince: 0,
        isDead: false,
        scouts: undefined,
        maySend: false,
        pause,
        timer: undefined,
      };
      this.#hosts.set(key, host);
    }
    return host;
  }

  #join(host: Host, waiting: Waiting): void {
    (waiting.urgent ? host.urgent : host.patient).push(waiting);
    this.waiting++;
    const length = host.urgent.length + host.patient.length;
    if (length > this.peakWaiting) this.peakWaiting = length;
  }

  #fill(host: Host): void {
    while (host.running < this.#size && (!host.isDead || host.maySend) && !this.#isStopped) {
      const next = host.urgent.shift() ?? this.#nextPatient(host);
      if (next === undefined) break;
      this.waiting--;
      const { addresses, first, exchange } = next;
      const isOnly = addresses.length === 1;
      const address = isOnly ? addresses[0] : addresses.find((one) => addressText(one) === host.key);
      const running = exchange(address ?? addresses[first], host.scouts?.signal);
      if (running === undefined) continue;
      host.running++;
      if (host.isDead) this.#pause(host);
      running.then(
        (heard) => this.#over(host, heard),
        () => this.#over(host, 'answered'),
      );
    }
    if (host.silent === 0 && isIdle(host)) this.#hosts.delete(host.key);
  }

  #nextPatient(host: Host): Waiting | undefined {
    if (host.patient.length === 0) return undefined;
    if (this.#pausing !== undefined) {
      this.#behindPause.add(host);
      return undefined;
    }
    if (++this.#begun >= PATIENT_EXCHANGES.atOnce) {
      this.#begun = 0;
      this.#pausing = this.#options.clock.setTimeout(() => this.#goOn(), PATIENT_EXCHANGES.pause);
    }
    return host.patient.shift();
  }

  #goOn(): void {
    this.#pausing = undefined;
    for (const host of this.#behindPause) {
      if (this.#pausing !== undefined) break;
      this.#behindPause.delete(host);
      if (this.#hosts.get(host.key) === host) this.#fill(host);
    }
  }

  #over(host: Host, heard: Heard): void {
    host.running--;
    if (this.#isStopped) return;
    if (heard === 'answered') {
      host.silent = 0;
      if (host.isDead) this.#live(host);
    } else if (this.#isDeath(host, heard) && !host.isDead) this.#die(host);
    this.#fill(host);
  }

  #isDeath(host: Host, heard: Heard): boolean {
    const now = this.#options.clock.now();
    if (host.silent++ === 0 || now < host.silentSince) host.silentSince = now;
    return host.silent >= SILENT_IS_DEAD && (heard === 'nobody' || now - host.silentSince >= SLOW_IS_DEAD);
  }

  #die(host: Host): void {
    host.isDead = true;
    host.scouts = new AbortController();
    this.dead++;
    this.deaths++;
    this.#pause(host);
    this.#move(host, (addresses, first) => this.#choose(addresses, first));
    this.#options.onDead?.(host.key);
  }

  #live(host: Host): void {
    host.isDead = false;
    this.dead--;
    host.pause = SCOUT_PAUSE.first;
    if (host.timer !== undefined) this.#options.clock.clearTimeout(host.timer);
    host.timer = undefined;
    host.scouts?.abort();
    host.scouts = undefined;
    // What has this address too, and waits at another that is dead.
    for (const other of [...this.#hosts.values()])
      if (other.isDead)
        this.#move(other, (addresses) => addresses.map(addressText).find((key) => key === host.key) ?? other.key);
    this.#options.onAlive?.(host.key);
  }

  /** Nobody wants anything of it: no zone has it any more, or few zones do, which ask again each in its own time. */
  #forget(host: Host): void {
    this.dead--;
    this.#hosts.delete(host.key);
  }

  /** What waits at `host` and belongs elsewhere goes there. */
  #move(host: Host, where: (addresses: readonly RemoteAddress[], first: number) => string): void {
    const changed = new Set<Host>();
    for (const line of [host.urgent, host.patient])
      for (let left = line.length; left > 0; left--) {
        const waiting = line.shift() as Waiting;
        this.waiting--;
        const to = waiting.addresses.length === 1 ? host : this.#host(where(waiting.addresses, waiting.first));
        this.#join(to, waiting);
        if (to !== host) changed.add(to);
      }
    for (const to of changed) this.#fill(to);
  }

  #pause(host: Host): void {
    host.maySend = false;
    host.timer = this.#options.clock.setTimeout(() => {
      host.timer = undefined;
      host.maySend = true;
      if (isIdle(host)) this.#forget(host);
      else this.#fill(host);
    }, host.pause);
    host.pause = Math.min(2 * host.pause, SCOUT_PAUSE.last);
  }
}

function isIdle({ running, urgent, patient }: Host): boolean {
  return running === 0 && urgent.length === 0 && patient.length === 0;
}
