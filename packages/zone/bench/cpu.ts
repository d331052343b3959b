import { threadCpuUsage } from 'node:process';

/** Milliseconds this thread has computed: steadier than the clock on a machine that does other things too. */
export function cpuMs(): number {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1000;
}
