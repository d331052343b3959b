import { z } from 'zod';
import { eachInTurns } from '../in-turns.ts';
import { RawAnswer, type Route } from '../route.ts';

const health = z.object({ status: z.enum(['ok', 'waiting', 'stopping']), waitingFor: z.int() }).meta({ id: 'Health' });

export const healthRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/health/live',
    id: 'live',
    summary: '200 while the process works',
    open: true,
    answer: health,
    handle: () => ({ status: 'ok', waitingFor: 0 }),
  },
  {
    method: 'GET',
    path: '/health/ready',
    id: 'ready',
    summary: '200 when queries may be sent here; 503 while zones wait for their first try to load, and when stopping',
    open: true,
    answer: health,
    async handle(_, ports) {
      // A zone that failed does not count: one dead primary must not take every other zone out of service.
      let waitingFor = 0;
      await eachInTurns(ports.glances(), ({ state, hasFailed }) => {
        if (state === 'loading' && !hasFailed) waitingFor++;
      });
      const status = ports.info().stopping ? 'stopping' : waitingFor > 0 ? 'waiting' : 'ok';
      return new RawAnswer(status === 'ok' ? 200 : 503, 'application/json', JSON.stringify({ status, waitingFor }));
    },
  },
];
