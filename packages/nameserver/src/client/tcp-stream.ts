import type { Problem } from '@zonewire/shared-protocol';
import { framed, MessageFramer } from '../framing/message-framer.ts';
import type { RemoteAddress } from '../notify-out/remote.ts';
import type { Clock, TimerHandle } from '../ports.ts';
import { abortedFailure, problem, socketFailure } from './failure.ts';
import type { ConnectionUser, TcpConnections } from './tcp-connections.ts';

export interface TcpStreamLimits {
  /** ms until the connection must stand. */
  readonly connectTimeout: number;
  /** ms that may pass without an octet arriving. */
  readonly idleTimeout: number;
  /** ms that may pass without a whole message arriving. */
  readonly messageTimeout: number;
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

/**
 * Sends one request over a kept connection or a new one, and hands over every message that comes, until `onMessage` wants no more, a limit
 * is passed or the connection ends. Messages are valid during the call only: nothing is kept of a transfer here.
 * A connection that is closed before anything came is replaced (RFC 7766 6.2.4): a kept one, which may have been closed meanwhile, at
 * once; a new one after a pause, once: servers that reload (NSD) close what their old process has taken.
 * Rejects only with what `onMessage` throws.
 */
export async function streamTcp(request: TcpRequest): Promise<TcpStreamEnd> {
  let end = await streamOnce(request, false);
  if (isUnheard(end) && end.wasKept) end = await streamOnce(request, true);
  if (!isUnheard(end)) return end;
  await pause(request);
  return request.signal?.aborted ? end : streamOnce(request, true);
}

/** ms before a request is sent again over another new connection. */
const UNHEARD_PAUSE = 100;

/** ms for octets that are here already, and were not read because this process was held up for as long as a limit lasts. */
const LAST_LOOK = 50;

interface OneStreamEnd extends TcpStreamEnd {
  readonly wasKept: boolean;
}

function isUnheard({ bytes, problem: cause }: TcpStreamEnd): boolean {
  return bytes === 0 && cause?.code === 'connection-closed';
}

function pause({ clock, signal }: TcpRequest): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, UNHEARD_PAUSE);
    signal?.addEventListener('abort', end);
  });
}

/** 'done': the answer ends with this message, the connection can serve another request. 'stop': nothing more is wanted, whatever may come. */
export type Verdict = 'more' | 'done' | 'stop';

export interface TcpRequest {
  readonly request: Uint8Array;
  readonly to: RemoteAddress;
  readonly limits: TcpStreamLimits;
  readonly clock: Clock;
  readonly connections: TcpConnections;
  readonly onMessage: (message: Uint8Array) => Verdict;
  readonly signal?: AbortSignal | undefined;
}

function streamOnce(
  { request, to, limits, clock, connections, onMessage, signal }: TcpRequest,
  isFresh: boolean,
): Promise<OneStreamEnd> {
  return new Promise((resolve, reject) => {
    const framer = new MessageFramer();
    const started = clock.now();
    let lastOctet = started;
    let lastMessage = started;
    /** A limit has passed, and only what is here already may still be read. */
    let isLastLook = false;
    let bytes = 0;
    let messages = 0;
    let isConnected = false;
    let isSettled = false;
    let isComplete = false;
    let timer: TimerHandle;

    const settle = () => {
      if (isSettled) return false;
      isSettled = true;
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      return true;
    };
    const end = (cause: Problem | undefined) => {
      if (!settle()) return;
      if (cause === undefined && isComplete && !framer.hasDropped) connections.give(connection, clock.now());
      else connection.socket.destroy();
      resolve({ problem: cause, bytes, messages, wasKept: connection.wasKept });
    };
    const abort = () => end(abortedFailure(to));
    const sofar = () => `after ${messages} messages and ${bytes} octets`;
    const inside = () => (framer.isBetweenMessages ? '' : ', in the middle of a message');
    const where = `${to.host} port ${to.port}`;

    const overdue = (now: number): Problem | undefined => {
      if (now - started >= limits.totalTimeout)
        return problem('timeout', `${where} was not done within ${limits.totalTimeout} ms, ${sofar()}`);
      if (!isConnected)
        return now - started < limits.connectTimeout
          ? undefined
          : problem('connect-timeout', `no connection to ${where} (TCP) within ${limits.connectTimeout} ms`);
      if (now - lastOctet >= limits.idleTimeout)
        return problem('idle-timeout', `${where} sent nothing for ${limits.idleTimeout} ms, ${sofar()}${inside()}`);
      if (now - lastMessage >= limits.messageTimeout)
        return problem('idle-timeout', `${where} sent no whole message for ${limits.messageTimeout} ms, ${sofar()}`);
      return undefined;
    };
    // One timer for all limits: it is armed for the nearest one and looks again when it fires.
    const watch = () => {
      const now = clock.now();
      const cause = overdue(now);
      if (cause !== undefined && isLastLook) return end(cause);
      isLastLook = cause !== undefined;
      const total = limits.totalTimeout - (now - started);
      const step = isConnected
        ? Math.min(limits.idleTimeout - (now - lastOctet), limits.messageTimeout - (now - lastMessage))
        : limits.connectTimeout - (now - started);
      timer = clock.setTimeout(watch, isLastLook ? LAST_LOOK : Math.max(1, Math.min(total, step)));
    };
    const received = (chunk: Uint8Array) => {
      if (isSettled) return;
      bytes += chunk.length;
      lastOctet = clock.now();
      if (bytes > limits.maxBytes)
        return end(problem('too-many-bytes', `${where} sent more than ${limits.maxBytes} octets (the limit here)`));
      try {
        const isOpen = framer.push(chunk, (message) => {
          messages++;
          lastMessage = lastOctet;
          const verdict = onMessage(message);
          isComplete = verdict === 'done';
          return verdict === 'more';
        });
        if (!isOpen) end(undefined);
      } catch (error) {
        if (!settle()) return;
        connection.socket.destroy();
        reject(error);
      }
    };
    const connected = () => {
      isConnected = true;
      lastOctet = clock.now();
      lastMessage = lastOctet;
      connection.socket.write(framed(request));
      // The connect timer may be armed for later than the idle timeout.
      clock.clearTimeout(timer);
      watch();
    };
    const user: ConnectionUser = {
      connected,
      received,
      failed: (error) => {
        const cause = socketFailure(error, to, 'tcp');
        end(isConnected ? problem(cause.code, `${cause.message} ${sofar()}`) : cause);
      },
      ended: () => {
        end(problem('connection-closed', `${where} closed the connection ${sofar()}${inside()}`));
      },
    };
    const connection = connections.take(to, started, user, isFresh);
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    if (connection.wasKept) connected();
    else watch();
  });
}
