import type { ZonewireNode } from '@zonewire/testkit';

/** Transfers that a node has served to their end, by type, from its /metrics. */
export async function transfersOut(node: ZonewireNode): Promise<{ axfr: number; ixfr: number }> {
  const text = await (await fetch(`${node.controlUrl}/metrics`)).text();
  const count = (type: string) => {
    let sum = 0;
    for (const line of text.split('\n')) {
      if (!line.startsWith('zonewire_xfr_requests_total{')) continue;
      if (line.includes(`xfrtype="${type}"`) && line.includes('direction="out"') && line.includes('result="ok"')) {
        sum += Number(line.slice(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  };
  return { axfr: count('axfr'), ixfr: count('ixfr') };
}
