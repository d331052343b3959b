import { connect, type Socket } from 'node:net';
import type { Problem } from '@zonewire/shared-protocol';
import { framed, MessageFramer } from '../framing/message-framer.ts';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import { abortedFailure, problem, socketFailure } from './failure.ts';

export interface TcpStreamLimits {
  /** ms until the connection must stand. */
  readonly connectTimeout: number;
  /** ms that may pass without an octet arriving. */
  readonly idleTimeout: number;
  /** ms for everything. */
  readonly totalTimeout: number;
  /** Octets received at most. */
  readonly maxBytes: number;
}

export interface TcpStreamEnd {
  /** Why it ended before the consumer was done; undefined: the consumer said stop. */
  readonly problem: Problem | undefined;
  readonly bytes: number;
  readonly messages: number;
}

/** Room for one read; the socket reads into it again and again. */
const READ_SIZE = 256 * 1024;

/**
 * Opens a connection, sends one request and hands over every message that comes, until `onMessage` returns false, a limit is
 * passed or the connection ends. Messages are valid during the call only: nothing is kept of a transfer here.
 * Rejects only with what `onMessage` throws.
 */
export function streamTcp(
  request: Uint8Array,
  to: RemoteAddress,
  limits: TcpStreamLimits,
  clock: Clock,
  onMessage: (message: Uint8Array) => boolean,
  signal?: AbortSignal,
): Promise<TcpStreamEnd> {
  return new Promise((resolve, reject) => {
    const framer = new MessageFramer();
    const started = clock.now();
    let lastOctet = started;
    let bytes = 0;
    let messages = 0;
    let isConnected = false;
    let isSettled = false;
    let timer: TimerHandle;

    const close = () => {
      if (isSettled) return false;
      isSettled = true;
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      return true;
    };
    const end = (cause: Problem | undefined) => {
      if (close()) resolve({ problem: cause, bytes, messages });
    };
    const abort = () => end(abortedFailure(to));
    const sofar = () => `after ${messages} messages and ${bytes} octets`;
    const where = `${to.host} port ${to.port}`;

    // One timer for all three limits: it is armed for the nearest one and looks again when it fires.
    const watch = () => {
      const now = clock.now();
      const total = limits.totalTimeout - (now - started);
      const step = isConnected ? limits.idleTimeout - (now - lastOctet) : limits.connectTimeout - (now - started);
      if (total <= 0)
        return end(problem('timeout', `${where} was not done within ${limits.totalTimeout} ms, ${sofar()}`));
      if (step <= 0) {
        const text = isConnected
          ? `${where} sent nothing for ${limits.idleTimeout} ms, ${sofar()}`
          : `no connection to ${where} (TCP) within ${limits.connectTimeout} ms`;
        return end(problem(isConnected ? 'idle-timeout' : 'connect-timeout', text));
      }
      timer = clock.setTimeout(watch, Math.max(1, Math.min(total, step)));
    };
    const take = (chunk: Uint8Array) => {
      if (isSettled) return;
      bytes += chunk.length;
      lastOctet = clock.now();
      if (bytes > limits.maxBytes)
        return end(problem('too-many-bytes', `${where} sent more than ${limits.maxBytes} octets (the limit here)`));
      try {
        const isOpen = framer.push(chunk, (message) => {
          messages++;
          return onMessage(message);
        });
        if (!isOpen) end(undefined);
      } catch (error) {
        if (close()) reject(error);
      }
    };

    const socket: Socket = connect({
      host: to.host,
      port: to.port,
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_SIZE),
        callback: (length, buffer) => {
          take(buffer.subarray(0, length));
          return !isSettled;
        },
      },
    });
    socket.on('connect', () => {
      isConnected = true;
      lastOctet = clock.now();
      socket.write(framed(request));
      // The connect timer may be armed for later than the idle timeout.
      clock.clearTimeout(timer);
      watch();
    });
    socket.on('error', (error) => {
      const cause = socketFailure(error, to, 'tcp');
      end(isConnected ? problem(cause.code, `${cause.message} ${sofar()}`) : cause);
    });
    socket.on('end', () => {
      const inside = framer.isBetweenMessages ? '' : ', in the middle of a message';
      end(problem('connection-closed', `${where} closed the connection ${sofar()}${inside}`));
    });
    socket.on('close', () => end(problem('connection-closed', `the connection to ${where} was closed ${sofar()}`)));
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    watch();
  });
}
