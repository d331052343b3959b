/** Every waiting time of the NOTIFY machine, in ms. */
export const NOTIFY_OUT = {
  /**
   * Least time between two NOTIFYs of a zone to a target. The first after a pause leaves at once; 500 commits a second become
   * at most 200 NOTIFYs, and fewer when the target takes longer than this to acknowledge.
   */
  minInterval: 5,
  /** Longest wait for an acknowledgement; shorter when the next retry comes earlier. */
  notifyTimeout: 5_000,
  /** Least time from an acknowledgement to the next NOTIFY of the same serial: who has acknowledged is probably fetching. */
  acknowledgedPause: 2_000,
  /** Longest wait for a target that answers SERVFAIL for many zones to load one by itself before it is told of it. */
  byItself: 5_000,
  /** A target that is in sync is asked again this often, so that one which lost the zone is noticed. */
  recheckInterval: 300_000,
  /** After a first silence it is asked once more, soon and not for long: one packet may get lost, a server that is down is named. */
  doubtDelay: 250,
  doubtTimeout: 1_000,
  /** Longest pause between probes while only some of the nodes behind an address have what is new. */
  otherNode: 500,
  /** Longest pause between probes of a target that is behind or ahead. */
  slowest: 30_000,
} as const;

/** RFC 1996 3.6 leaves the interval to us: the first retries are quick because a lost packet must not cost seconds. */
const NOTIFY_RETRIES = [500, 1_000, 2_000, 4_000, 8_000];

/** From the `attempts`-th NOTIFY of a serial (1 is the first) to the next one. */
export function notifyRetryDelay(attempts: number): number {
  return NOTIFY_RETRIES[attempts - 1] ?? NOTIFY_OUT.slowest;
}

/**
 * Soon after the time that a secondary nearby needs, then growing by about a half: the moment of serving is known to 2 ms, or about a third
 * of the lag itself. Sooner and more often would take from the secondary what it needs to be quick.
 */
const PROBE_DELAYS = [3, 2, 2, 2, 3, 4, 6, 9, 13, 20, 30, 50, 80, 120, 200, 300, 500, 1_000, 2_000, 5_000, 10_000];

/** Where probing starts that no acknowledgement has promised anything for: 500 ms. */
export const SLOW_PROBE_STEP: number = PROBE_DELAYS.indexOf(500);

export function probeDelay(step: number): number {
  return PROBE_DELAYS[step] ?? NOTIFY_OUT.slowest;
}

/**
 * A remote with many zones to load is asked for each when that can be expected to be there, and not by the quick schedule: then, and at a third
 * of its wait again and again. So the lag is known to a third of itself here too, from one to two probes a version instead of ten.
 */
export const BACKLOG = {
  /** So many zones at a time are asked for in a schedule of their own each. */
  few: 16,
  /** ms a zone that a remote is taken to need before that is measured: a quick one's. */
  perZone: 0.2,
  /** What a look tells of a zone's time: not there yet, it takes a third longer; there at the second look, in between; at the first one, sooner. */
  afterMiss: 1.33,
  between: 0.87,
  beforeFirst: 0.7,
  /** Part of the expected time after which is asked, where nothing tells that the zone is fetched: asked too late, it would seem to need that long. */
  early: 0.75,
  /** The same where a transfer from here tells it, which the last `remembered` zones did. */
  late: 1.5,
  remembered: 16,
  /** Longest wait before the first probe, ms; the same two. */
  longestUntold: 10_000,
  longest: 30_000,
  /** Who is not there after that is not waited for any more: its trouble is its own. */
  patience: 60_000,
} as const;

/** Between two probes of a zone that waits among many, `since` ms after its acknowledgement; `step` as in {@link probeDelay}. */
export function probeDelayAmongMany(step: number, since: number): number {
  return Math.min(Math.max(probeDelay(step), since / 3), NOTIFY_OUT.slowest);
}

/** From the end of a transfer to the probe that is to see its version, `since` ms after the acknowledgement: a fifth of that, 3 ms to 1 s. */
export function probeDelayAfterTransfer(since: number): number {
  return Math.min(Math.max(probeDelay(0), since / 5), 1_000);
}

/** A lost packet among the quick probes must not hold up the next one for long. */
export function probeTimeout(step: number): number {
  return step < SLOW_PROBE_STEP ? 500 : 2_000;
}

/** Exchanges in a row without any answer after which a target is called unreachable. */
export const SILENT_IS_UNREACHABLE = 2;

/**
 * Exchanges with a remote in a row without any answer, of whatever zones, after which it is taken to be dead (a handful of zones has
 * fewer): at once when its kernel says that nobody listens, and after so many ms without an answer when it may just be slow.
 */
export const SILENT_IS_DEAD = 16;
export const SLOW_IS_DEAD = 5_000;

/** Pauses between two exchanges with a dead remote, ms: doubling from the first to the last. */
export const SCOUT_PAUSE = { first: 100, last: 2_000 } as const;

/**
 * Zones of a remote that are asked about in a turn once another node is seen there, most that are looked at for it, the pause between two
 * turns, and the least time between the beginnings of two rounds, ms: 200 questions a second.
 */
export const NEW_NODE = { asked: 20, lookedAt: 2_000, pause: 100, least: 60_000 } as const;

/** Zones looked at and targets told at once when their remote is dead or alive again, and the pause before the next of them, ms. */
export const TELLING = { atOnce: 2_000, toldAtOnce: 50, pause: 5 } as const;

/**
 * Exchanges that follow no change begun in one go, to all remotes together, and the pause before the next, ms: about 0.15 ms each with what comes
 * of them, and ten thousand may be due when a remote is back.
 */
export const PATIENT_EXCHANGES = { atOnce: 16, pause: 1 } as const;
