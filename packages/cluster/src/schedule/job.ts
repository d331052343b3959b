import { createHash } from 'node:crypto';
import type { BulkJobOptions } from 'bullmq';

export const JOB_NAME = 'refresh';
/** A job's lock: a node that dies is noticed after at most twice this, ms. */
export const LOCK = 30_000;

/** What a job says of itself to an operator who reads it (Bull Board, redis-cli). The truth is in the zones' facts. */
export interface ZoneJobData {
  readonly zone: string;
  readonly reason: string;
  /** The serial held when it was planned; missing: the zone was never loaded. */
  readonly serial?: number | undefined;
  /** 1: the first try after a good one. */
  readonly attempt: number;
  /** What the NOTIFY said that caused it. */
  readonly notified?: { readonly serial?: number | undefined; readonly primary?: string | undefined } | undefined;
  /** Caused by a NOTIFY or a person: goes ahead of timers. */
  readonly change: boolean;
}

/** BullMQ's priorities: 0 goes ahead of every other. */
export const CHANGE_PRIORITY = 0;
export const TIMER_PRIORITY = 10;

/** One job a zone whatever node makes it. BullMQ's ids may hold no colon and be no integer: a hash in letters. */
export function jobId(zone: string): string {
  return `z${createHash('sha256').update(zone).digest('base64url').slice(0, 24)}`;
}

/**
 * An id that exists is silently not added again, also when its job is over: nothing that is over may stay.
 * A job that stalls (its node died) goes back to waiting however often: see the worker's options.
 */
export function jobOptions(zone: string, delay: number, change: boolean): BulkJobOptions {
  return {
    jobId: jobId(zone),
    delay: Math.max(0, Math.ceil(delay)),
    priority: change ? CHANGE_PRIORITY : TIMER_PRIORITY,
    removeOnComplete: true,
    removeOnFail: true,
  };
}
