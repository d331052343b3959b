import type { AnswerSink } from '../requests/request-handlers.ts';
import type { RequestContext } from '../zone-handler.ts';

/** What a UDP listener does with what it receives. */
export interface DatagramHandlers {
  /** QueryPipeline.answer: synchronous, for every datagram. */
  answer(request: Uint8Array, length: number, reply: Uint8Array, context: RequestContext): number;
  /** RequestHandlers.handle: for what `answer` handed over; `request` is a copy. */
  handle(request: Uint8Array, context: RequestContext, sink: AnswerSink): Promise<void>;
}

/**
 * A bound UDP address that answers. There are several ways to do it (node:dgram; batches of system calls in worker threads,
 * each with a pipeline of its own): all pass the same tests.
 */
export interface UdpListener {
  readonly host: string;
  readonly port: number;
  /** Starts the threads that answer in this one's place; resolves when they do. Where there are none: nothing. */
  startThreads?(): Promise<void>;
  /** Stops taking requests at once; resolves when the port is free. Answers under way may still be sent until then. */
  close(): Promise<void>;
}

/** Rejects with the system's error when the address cannot be bound. */
export type OpenUdpListener = (
  address: { readonly host: string; readonly port: number },
  handlers: DatagramHandlers,
) => Promise<UdpListener>;
