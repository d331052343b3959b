import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Percent that the old generation may grow beyond what lived at its last collection, before the next one. V8 by itself allows up to 300. */
const GROWTH = 30;

const POOL_SECONDS = 1;

/** Octets of each half of the young generation. */
const YOUNG_HALF = 8 * 2 ** 20;

/**
 * Keeps the heap of this process near what lives in it, at the price of collections that come more often. V8 by itself would let
 * 10,000 zones that are loaded at once take 32 MiB of young generation, and leave as much garbage in the old one.
 *
 * The young generation gets 16 MiB, two halves of eight, and then never grows. Halves of four cost an install of a million records a tenth
 * more CPU, larger ones save no more. There is no flag for it that works in a running process, so what has become larger is collected (which takes
 * some tens of ms), and then made to grow once.
 */
export function keepHeapSmall() {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
  // What it has given up it would keep for 8 s before the system gets it.
  setFlagsFromString(`--memory-pool-timeout=${POOL_SECONDS}`);
  if (youngHalf() > YOUNG_HALF) collectAll();
  // It grows by this factor when more than it holds has survived.
  const factor = Math.round(YOUNG_HALF / youngHalf());
  if (factor > 1) {
    setFlagsFromString(`--semi-space-growth-factor=${factor}`);
    const survivors = [];
    for (let i = 0; i < 400 && youngHalf() < 0.9 * YOUNG_HALF; i++) survivors.push(new Array(1024).fill(i));
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Octets that one half of the young generation has room for; V8 leaves a little of it out. */
function youngHalf() {
  const { space_used_size, space_available_size } = getHeapSpaceStatistics().find(isYoung);
  return 2 ** Math.round(Math.log2(space_used_size + space_available_size));
}

function isYoung({ space_name }) {
  return space_name === 'new_space';
}

/** Everything that can be, and the young generation made as small as at the start of a process. */
function collectAll() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString('--no-expose-gc');
}
