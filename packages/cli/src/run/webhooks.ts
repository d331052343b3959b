import { randomUUID } from 'node:crypto';
import { systemClock } from '@zonewire/nameserver';
import { type PostWebhook, Webhooks } from '@zonewire/replicas';
import type { RunningNode } from './running-node.ts';

type Parts = Pick<RunningNode, 'replicas' | 'ownZones' | 'config' | 'log'>;

/** Health, of secondaries and of zones that this node is secondary for, goes to the webhooks of the configuration. */
export function openWebhooks({ replicas, ownZones, config, log }: Parts): Webhooks {
  const { identity } = config.server;
  const webhooks = new Webhooks({ node: identity, clock: systemClock, log, post: postWebhook, unique: randomUUID });
  webhooks.configure(config.webhooks);
  for (const source of [replicas, ownZones]) source.events((event) => webhooks.event(event));
  return webhooks;
}

/** Only the status of the answer is read; a redirect is one like any other, and so not a success. */
export const postWebhook: PostWebhook = async ({ url, headers, body, timeout, signal }) => {
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    });
    // Whatever else it sends is not waited for.
    response.body?.cancel().catch(() => {});
    return { status: response.status };
  } catch (error) {
    if (late.aborted) return { trouble: `no answer within ${timeout / 1000} s` };
    const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
    return { trouble: cause?.code ?? cause?.message ?? message };
  }
};
