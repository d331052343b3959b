import { buildZonewireImage, Topology } from '@zonewire/testkit';
import { afterEach, beforeAll } from 'vitest';

/** For the tests of a file, one after the other: each starts a topology of its own, which is removed when the test is over. */
export function topologies(): { start(nodes: Parameters<typeof Topology.start>[1]): Promise<Topology> } {
  let image: string;
  let topology: Topology | undefined;

  beforeAll(async () => {
    image = await buildZonewireImage();
  }, 600_000);

  afterEach(async () => {
    await topology?.remove();
    topology = undefined;
  });

  return {
    async start(nodes) {
      topology = await Topology.start(image, nodes);
      return topology;
    },
  };
}
