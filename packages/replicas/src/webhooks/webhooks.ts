import type { ReplicaEvent } from '../model.ts';
import type { Alert, AlertKind } from './alert.ts';
import { type FindingChange, Findings } from './findings.ts';
import { Outbox, type OutboxCounters, type OutboxOptions } from './outbox.ts';
import { Settling } from './settling.ts';

export interface WebhookConfig {
  readonly id: string;
  readonly url: string;
  readonly secret: Uint8Array;
  readonly on: readonly AlertKind[];
  /** Presentation form, lower case, absolute; absent: every zone. */
  readonly zones?: readonly string[] | undefined;
  /** Seconds. */
  readonly hold: number;
}

/** What all of them share. */
export type WebhooksOptions = Omit<OutboxOptions, 'id' | 'url' | 'secret'>;

export interface WebhookStatus {
  readonly id: string;
  /** Alerts not delivered yet. */
  readonly waiting: number;
  readonly counters: OutboxCounters;
  readonly trouble?: string | undefined;
}

interface Webhook {
  readonly config: WebhookConfig;
  readonly zones: ReadonlySet<string> | undefined;
  readonly settling: Settling;
  readonly findings: Findings;
  readonly outbox: Outbox;
}

/** Every webhook of a node: health goes in, settles, and is posted. */
export class Webhooks {
  readonly #options: WebhooksOptions;
  #webhooks: Webhook[] = [];

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  /** One that did not change goes on with what it has to tell. */
  configure(configs: readonly WebhookConfig[]): void {
    const before = this.#webhooks;
    this.#webhooks = configs.map(
      (config) => before.find((webhook) => sameWebhook(webhook.config, config)) ?? this.#start(config),
    );
    for (const webhook of before) if (!this.#webhooks.includes(webhook)) end(webhook);
  }

  event(event: ReplicaEvent): void {
    if (event.kind !== 'health') return;
    for (const { zones, settling } of this.#webhooks)
      if (zones === undefined || zones.has(event.zone)) settling.health(event);
  }

  /** What a check of a delegation has found, or does not find any more. */
  delegation(change: FindingChange): void {
    for (const { zones, findings } of this.#webhooks)
      if (zones === undefined || zones.has(change.zone)) findings.take(change);
  }

  status(): WebhookStatus[] {
    return this.#webhooks.map(({ config, outbox }) => ({
      id: config.id,
      waiting: outbox.size,
      counters: outbox.counters,
      trouble: outbox.trouble,
    }));
  }

  stop(): void {
    for (const webhook of this.#webhooks) end(webhook);
    this.#webhooks = [];
  }

  #start(config: WebhookConfig): Webhook {
    const { clock } = this.#options;
    const { id, url, secret, on, zones, hold } = config;
    const outbox = new Outbox({ ...this.#options, id, url, secret });
    const shared = { on: new Set(on), tell: (alert: Alert) => outbox.put(alert) };
    const settling = new Settling({ ...shared, clock, hold: hold * 1000 });
    return { config, zones: zones && new Set(zones), settling, findings: new Findings(shared), outbox };
  }
}

function end({ settling, outbox }: Webhook): void {
  settling.stop();
  outbox.stop();
}

function sameWebhook(a: WebhookConfig, b: WebhookConfig): boolean {
  const text = ({ secret, ...rest }: WebhookConfig) => JSON.stringify(rest);
  return text(a) === text(b) && Buffer.compare(a.secret, b.secret) === 0;
}
