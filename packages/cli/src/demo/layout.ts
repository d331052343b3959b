import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the demo's parts are. The configuration files in demo/ say the same addresses. */

export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
export const SAMPLE_ZONES = join(ROOT, 'demo', 'zones');
export const DATA = join(ROOT, '.zonewire-demo');
export const KEY_FILE = join(DATA, 'demo.key');
export const KEY_ID = 'demo.';

export interface DemoNode {
  readonly id: string;
  readonly role: 'primary' | 'secondary';
  readonly config: string;
  readonly dnsPort: number;
  readonly controlPort: number;
}

export const HOST = '127.0.0.1';

export const NODES: readonly DemoNode[] = [
  { id: 'primary', role: 'primary', config: join(ROOT, 'demo', 'primary.yaml'), dnsPort: 5300, controlPort: 8053 },
  { id: 'fra1', role: 'secondary', config: join(ROOT, 'demo', 'fra1.yaml'), dnsPort: 5301, controlPort: 8054 },
  { id: 'sin1', role: 'secondary', config: join(ROOT, 'demo', 'sin1.yaml'), dnsPort: 5302, controlPort: 8055 },
];

export const ZONES: readonly string[] = ['example.test.', '2.0.192.in-addr.arpa.', '.'];
