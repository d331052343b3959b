import type { ReplicaLag, RunningTransfer } from '@zonewire/nameserver';
import {
  COMPARISON_RESULTS,
  type Comparison,
  HEALTH_STATES,
  type Health,
  type LagBucket,
  type QueueEntry,
  type ReplicaView,
  type SerialTimes,
} from '@zonewire/replicas';
import { z } from 'zod';
import type { NodeInfo, NodeZoneStatus, ReloadReport } from './ports.ts';

/** The API's documents, for OpenAPI and for checking what comes in. The types behind them are nameserver's status.ts and ports.ts. */

export const serial = z.int().min(0).max(0xffff_ffff);
export const at = z.int().meta({ description: 'Milliseconds since the epoch.' });
const serialAt = z.object({ serial, at });
const statusError = z.object({ at, code: z.string(), message: z.string() });

export const replicaLag = z
  .object({
    id: z.string().meta({ description: 'The id of the remote.' }),
    address: z.string(),
    serial: serial.optional().meta({ description: 'The serial it was last seen to answer with.' }),
    servedAt: at.optional(),
    committedAt: at.optional(),
    lagMs: z
      .number()
      .optional()
      .meta({ description: 'in-sync: ms from commit to seen served; behind: ms since the oldest commit it lacks.' }),
    serialsBehind: z.int().optional(),
    state: z.enum(['in-sync', 'behind', 'unreachable', 'unknown']),
    acknowledgedAt: at.optional(),
    attempts: z.int(),
    notifyAt: at.optional().meta({ description: 'When the next NOTIFY is due.' }),
    lastError: z.string().optional(),
  })
  .meta({ id: 'ReplicaLag' }) satisfies z.ZodType<ReplicaLag>;

export const healthState = z.enum(HEALTH_STATES);

export const health = z
  .object({
    state: healthState,
    since: at,
    reason: z.string().meta({ description: 'One sentence: what is the matter.' }),
    next: z.string().meta({ description: 'One sentence: what to do. Empty where nothing is to be done.' }),
  })
  .meta({ id: 'Health' }) satisfies z.ZodType<Health>;

export const comparison = z
  .object({
    at,
    result: z.enum(COMPARISON_RESULTS).meta({
      description:
        'refused: it does not let this node transfer; moved: the zone changed meanwhile; behind: not in sync; receipts: it tells its digest itself; off, too-large: by the configuration.',
    }),
    serial: serial.optional().meta({ description: 'Of the copy, when it came.' }),
    reason: z.string().meta({ description: 'Why, or what differs.' }),
    nextAt: at.optional().meta({ description: 'When it is compared again; absent: only when asked.' }),
  })
  .meta({ id: 'Comparison' }) satisfies z.ZodType<Comparison>;
const expiry = z.object({ at, fraction: z.number(), source: z.enum(['receipt', 'edns', 'estimate']) });

export const replicaView = replicaLag
  .extend({
    health,
    nodes: z
      .array(
        z.object({
          node: z.string(),
          serial: serial.optional().meta({ description: 'Absent: it was seen to answer for other zones only.' }),
          seenAt: at,
        }),
      )
      .readonly()
      .optional()
      .meta({ description: 'Nodes behind the address, told apart by their NSID.' }),
    expiry: expiry
      .optional()
      .meta({ description: 'When the zone expires there unless it refreshes; fraction: of EXPIRE that is used up.' }),
    skewMs: z.number().optional().meta({ description: 'Its clock less ours, ms; never part of a lag.' }),
    receiptTrouble: z.string().optional().meta({ description: 'Why its receipts cannot be followed.' }),
    comparison: comparison
      .optional()
      .meta({ description: 'The last time that its copy was compared, or why it was not.' }),
  })
  .meta({ id: 'ReplicaView' }) satisfies z.ZodType<ReplicaView>;

const times = {
  notifiedAt: at.optional(),
  acknowledgedAt: at.optional(),
  transferredAt: at.optional(),
  verifiedAt: at.optional(),
  answeredAt: at.optional(),
};

export const serialTimes = z
  .object({
    serial,
    committedAt: at.optional(),
    secondaries: z
      .array(
        z.object({
          id: z.string().meta({ description: 'The id of the remote.' }),
          node: z.string().optional().meta({ description: 'Which node behind its address.' }),
          ...times,
          olderAt: at.optional().meta({
            description:
              'Where a probe saw the answer: when the probe before it was sent, which was answered with an older serial. The truth lies between the two.',
          }),
          lagMs: z.number().optional().meta({ description: 'From committed to first answered, ms.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'SerialTimes' }) satisfies z.ZodType<SerialTimes>;

export const lagBucket = z
  .object({
    from: at,
    seconds: z.int().meta({ description: 'Length of the bucket.' }),
    secondary: z.string(),
    count: z.int(),
    p50: z.number(),
    p99: z.number(),
    max: z.number(),
  })
  .meta({ id: 'LagBucket' }) satisfies z.ZodType<LagBucket>;

export const queueEntry = z
  .object({
    zone: z.string(),
    secondary: z.string(),
    address: z.string(),
    serial,
    attempts: z.int().meta({ description: 'NOTIFYs sent for this serial.' }),
    since: at,
    nextAt: at.optional().meta({ description: 'When the next NOTIFY is due.' }),
    acknowledgedAt: at.optional(),
    likely: z.string().optional().meta({ description: 'What is probably in the way.' }),
    next: z.string().optional().meta({ description: 'What to do about that.' }),
  })
  .meta({ id: 'QueueEntry' }) satisfies z.ZodType<QueueEntry>;

export const zoneStatus = z
  .object({
    zone: z.string(),
    role: z.enum(['primary', 'secondary']),
    state: z.enum(['serving', 'loading', 'expired', 'frozen', 'failed']),
    records: z.int().optional(),
    bytes: z.int().optional(),
    notified: serialAt.optional(),
    received: serialAt.optional(),
    served: serialAt.optional(),
    refreshAt: at.optional(),
    expireAt: at.optional(),
    refreshing: z.boolean().optional(),
    lastCheck: z.object({ at, from: z.string(), serial: serial.optional(), result: z.string() }).optional(),
    lastTransfer: z
      .object({
        at,
        type: z.enum(['axfr', 'ixfr', 'axfr-style-ixfr']),
        from: z.string(),
        records: z.int(),
        bytes: z.int(),
        ms: z.number(),
        fromSerial: serial.optional(),
        toSerial: serial,
      })
      .optional(),
    lastError: statusError.optional(),
    warnings: z.array(z.string()).readonly().optional(),
    primaries: z
      .array(z.object({ id: z.string(), address: z.string(), state: z.string(), lastError: statusError.optional() }))
      .readonly()
      .optional(),
    notify: z.array(replicaLag).readonly().optional(),
    journal: z.object({ depth: z.int(), bytes: z.int(), oldestSerial: serial.optional() }).optional(),
    verification: z
      .object({
        at,
        serial,
        ms: z.number(),
        zonemd: z.enum(['verified', 'failed', 'absent', 'unsupported']).optional(),
        dnssec: z.enum(['valid', 'invalid', 'unsigned']).optional(),
        signaturesExpireAt: at.optional(),
        findings: z.array(z.string()).readonly(),
      })
      .optional(),
    content: z
      .object({ serial, digest: z.string() })
      .optional()
      .meta({ description: 'SHA-384 of the content in canonical form; made while somebody follows the events.' }),
    delegation: z
      .object({
        at,
        state: z.enum(['fine', 'error', 'warning', 'notice']),
        errors: z.int(),
        warnings: z.int(),
        notices: z.int(),
      })
      .optional(),
    health: health
      .optional()
      .meta({ description: 'Of a zone that this node is secondary for, by what it knows of its primaries.' }),
    expiry: expiry
      .optional()
      .meta({ description: 'When the zone expires here unless a primary confirms it; fraction: of SOA EXPIRE.' }),
    file: z.object({ path: z.string(), loadedAt: at, serial, dynamicUpdatesSince: z.int() }).optional(),
  })
  .meta({ id: 'ZoneStatus' }) satisfies z.ZodType<NodeZoneStatus>;

export const runningTransfer = z
  .object({
    zone: z.string(),
    direction: z.enum(['in', 'out']),
    peer: z.string().meta({ description: 'The primary (host:port), or the address of the client.' }),
    type: z.enum(['axfr', 'ixfr', 'axfr-style-ixfr']),
    startedAt: at,
    octets: z.int(),
    records: z.int(),
    expectedRecords: z.int().optional().meta({
      description: 'Out: what the answer holds. In, whole zone: what the version held has.',
    }),
  })
  .meta({ id: 'RunningTransfer' }) satisfies z.ZodType<RunningTransfer>;

export const nodeInfo = z
  .object({
    identity: z.string(),
    version: z.string(),
    runtime: z.string(),
    pid: z.int(),
    startedAt: at,
    configuredAt: at,
    configFile: z.string(),
    dataDir: z.string(),
    listen: z.array(z.string()).readonly(),
    stopping: z.boolean(),
    redis: z
      .object({
        url: z.string(),
        site: z.string(),
        state: z.enum(['connecting', 'answers', 'lost']),
        since: at,
        trouble: z.string().optional(),
        lost: z.int(),
        refused: z.int(),
        takenOver: z.int(),
      })
      .optional(),
  })
  .meta({ id: 'NodeInfo' }) satisfies z.ZodType<NodeInfo>;

const zoneMessage = z.object({ zone: z.string(), message: z.string() });

export const reloadReport = z
  .object({
    added: z.array(z.string()).readonly(),
    removed: z.array(z.string()).readonly(),
    reconfigured: z.array(z.string()).readonly(),
    reloaded: z.array(zoneMessage).readonly(),
    failed: z.array(zoneMessage).readonly(),
    needRestart: z.array(z.string()).readonly(),
  })
  .meta({ id: 'ReloadReport' }) satisfies z.ZodType<ReloadReport>;

export const actionOutcome = z
  .object({
    zone: z.string(),
    message: z.string(),
    serial: serial.optional(),
    changeId: z
      .string()
      .optional()
      .meta({ description: 'Of what is served now: to wait for it at /api/v1/changes/{id}.' }),
  })
  .meta({ id: 'ActionOutcome' });

export const changeOutcome = z.object({ zone: z.string(), changeId: z.string(), serial }).meta({ id: 'ChangeOutcome' });

const content = z.string().min(1).max(200_000);

export const rrsetPatch = z
  .strictObject({
    rrsets: z
      .array(
        z.strictObject({
          name: z.string().meta({ description: 'Owner, absolute: "www.example.test."' }),
          type: z.string().meta({ description: 'A, AAAA, MX, TYPE65280 …' }),
          ttl: z
            .int()
            .min(0)
            .max(0x7fff_ffff)
            .optional()
            .meta({ description: 'Seconds; needed to replace and extend.' }),
          changetype: z.enum(['REPLACE', 'DELETE', 'EXTEND', 'PRUNE']).meta({
            description: 'REPLACE and DELETE the whole RRset, EXTEND it by records, PRUNE records from it.',
          }),
          records: z
            .array(z.union([content, z.strictObject({ content })]))
            .max(10_000)
            .optional()
            .meta({ description: 'Record data as in a zone file; names in it are absolute.' }),
        }),
      )
      .min(1)
      .max(1_000),
  })
  .meta({ id: 'RRsetPatch' });
export type RRsetPatch = z.output<typeof rrsetPatch>;
