import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { ZoneJobData } from '../schedule/job.ts';

/** Jobs on a page at most, whatever is asked for: a site has a job a zone. */
export const MOST_JOBS = 100;

/** Shows, and changes nothing: what is done to a zone is done by its commands, which every node hears of. */
class ReadOnlyJobs extends BullMQAdapter {
  constructor(queue: Queue<ZoneJobData>) {
    super(queue, { readOnlyMode: true, description: 'One job a zone: its next refresh or retry' });
  }

  /** BullMQ gives so many of each status that is asked for. */
  override async getJobs(...[statuses, start = 0, end]: Parameters<BullMQAdapter['getJobs']>) {
    const last = Math.min(end ?? Number.POSITIVE_INFINITY, start + MOST_JOBS - 1);
    return (await super.getJobs(statuses, start, last)).slice(0, MOST_JOBS);
  }
}

/** Bull Board over the site's jobs: a Fastify plugin for `basePath`. */
export function bullBoard(queue: Queue<ZoneJobData>, basePath: string): ReturnType<FastifyAdapter['registerPlugin']> {
  const serverAdapter = new FastifyAdapter();
  createBullBoard({
    queues: [new ReadOnlyJobs(queue)],
    serverAdapter,
    options: { uiBasePath: pathOfPages(), uiConfig: { boardTitle: 'Zonewire: SOA timers' } },
  });
  return serverAdapter.setBasePath(basePath).registerPlugin();
}

/** Its pages and scripts: beside the bundle (scripts/build.ts), or from npm. */
function pathOfPages(): string {
  const bundled = fileURLToPath(new URL('../bull-board-ui', import.meta.url));
  return existsSync(bundled) ? bundled : dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
}
