import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Message, Result } from '@zonewire/shared-protocol';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import { checkReply } from './check-reply.ts';
import type { ClientCounters } from './client-counters.ts';
import { abortedFailure, problem, socketFailure, timeoutFailure } from './failure.ts';
import type { PreparedRequest } from './outbound-request.ts';

export interface Reply {
  readonly message: Message;
  /** As received, without its TSIG. */
  readonly bytes: Uint8Array;
}

export interface UdpExchangeOptions {
  readonly clock: Clock;
  readonly counters: ClientCounters;
  /** For the whole exchange, ms. */
  readonly timeout: number;
  /** Datagrams sent at most; the waits between them double and together make up `timeout`. */
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One request over a socket of its own: a fresh source port for each exchange, connected, so that the kernel drops what comes
 * from elsewhere (RFC 5452 4.5, 9). What does not belong to the request is ignored, and the wait goes on.
 */
export function exchangeUdp(
  request: PreparedRequest,
  to: RemoteAddress,
  options: UdpExchangeOptions,
): Promise<Result<Reply>> {
  const { clock, counters, timeout, attempts, signal } = options;
  return new Promise((resolve) => {
    const socket: Socket = createSocket(isIPv6(to.host) ? 'udp6' : 'udp4');
    // The first wait: with doubling, `attempts` waits make up the timeout.
    let wait = timeout / (2 ** attempts - 1);
    let sent = 0;
    let timer: TimerHandle;
    let ignored = '';

    const settle = (result: Result<Reply>) => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.removeAllListeners();
      // A datagram that arrives while closing must not throw.
      socket.on('error', () => {});
      socket.close();
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
      socket.send(request.bytes);
      timer = clock.setTimeout(send, wait);
      wait *= 2;
    };

    socket.on('error', (error) => settle({ ok: false, error: socketFailure(error, to, 'udp') }));
    socket.on('message', (received) => {
      const checked = checkReply(request, received, clock.now() / 1000);
      if (checked.kind === 'reply') settle({ ok: true, value: checked });
      else if (checked.kind === 'refused') settle({ ok: false, error: checked.problem });
      else {
        counters.ignoredReplies++;
        ignored = checked.problem.message;
      }
    });
    socket.on('connect', send);
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    try {
      socket.connect(to.port, to.host);
    } catch (error) {
      settle({ ok: false, error: problem('bad-address', `cannot send to ${to.host} port ${to.port}: ${error}`) });
    }
  });
}
