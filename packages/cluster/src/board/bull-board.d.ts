/** What we use of Bull Board, so that its types (and those of the databases it also knows) are no part of ours. */

declare module '@bull-board/api' {
  export function createBullBoard(board: {
    queues: readonly unknown[];
    serverAdapter: unknown;
    options: { uiBasePath: string; uiConfig: { boardTitle: string } };
  }): void;
}

declare module '@bull-board/api/bullMQAdapter' {
  export class BullMQAdapter {
    constructor(queue: unknown, options: { readOnlyMode: boolean; description: string });
    getJobs(statuses: readonly string[], start?: number, end?: number): Promise<unknown[]>;
  }
}

declare module '@bull-board/fastify' {
  export class FastifyAdapter {
    setBasePath(path: string): this;
    registerPlugin(): (instance: unknown, options: unknown, done: (error?: Error) => void) => void;
  }
}
