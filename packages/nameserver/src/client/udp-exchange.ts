import type { Message, Result } from '@zonewire/shared-protocol';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import { checkReply } from './check-reply.ts';
import type { ClientCounters } from './client-counters.ts';
import { abortedFailure, problem, socketFailure, timeoutFailure } from './failure.ts';
import type { PreparedRequest } from './outbound-request.ts';
import type { UdpChannel, UdpChannels } from './udp-channels.ts';

export interface Reply {
  readonly message: Message;
  /** As received, without its TSIG. */
  readonly bytes: Uint8Array;
}

export interface UdpExchangeOptions {
  readonly clock: Clock;
  readonly counters: ClientCounters;
  readonly channels: UdpChannels;
  /** For the whole exchange, ms. */
  readonly timeout: number;
  /** Datagrams sent at most; the waits between them double and together make up `timeout`. */
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
}

/** One request, one reply. What does not belong to the request is ignored, and the wait goes on (RFC 5452 9.1). */
export function exchangeUdp(
  request: PreparedRequest,
  to: RemoteAddress,
  options: UdpExchangeOptions,
): Promise<Result<Reply>> {
  const { clock, counters, channels, timeout, attempts, signal } = options;
  return new Promise((resolve) => {
    let channel: UdpChannel | undefined;
    // The first wait: with doubling, `attempts` waits make up the timeout.
    let wait = timeout / (2 ** attempts - 1);
    let sent = 0;
    let timer: TimerHandle;
    let ignored = '';

    /** After a retransmission a second reply may come at any time: that socket is not used again. */
    const settle = (result: Result<Reply>, isReusable = false) => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (channel !== undefined) {
        if (isReusable && sent === 1) channels.give(channel);
        else channels.close(channel);
      }
      resolve(result);
    };
    const abort = () => settle({ ok: false, error: abortedFailure(to) });
    const send = () => {
      if (sent === attempts) {
        counters.timeouts++;
        const what = ignored === '' ? 'no reply' : `no usable reply (${ignored})`;
        settle({ ok: false, error: timeoutFailure(to, timeout, what) });
        return;
      }
      if (sent > 0) counters.retransmissions++;
      sent++;
      channel?.socket.send(request.bytes);
      timer = clock.setTimeout(send, wait);
      wait *= 2;
    };

    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    try {
      channel = channels.take(to, clock.now(), (ready) => {
        channel = ready;
        ready.failed = (error) => settle({ ok: false, error: socketFailure(error, to, 'udp') });
        ready.receive = (received) => {
          const checked = checkReply(request, received, clock.now() / 1000);
          if (checked.kind === 'reply') settle({ ok: true, value: checked }, true);
          else if (checked.kind === 'refused') settle({ ok: false, error: checked.problem });
          else {
            counters.ignoredReplies++;
            ignored = checked.problem.message;
          }
        };
        send();
      });
      channel.failed ??= (error) => settle({ ok: false, error: socketFailure(error, to, 'udp') });
    } catch (error) {
      settle({ ok: false, error: problem('bad-address', `cannot send to ${to.host} port ${to.port}: ${error}`) });
    }
  });
}
