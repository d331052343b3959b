// node slow-link-process.ts DEVICE DEVICE DELAY_MS LOSS: carries IP packets between two TUN devices, late and not all of them.
// This kernel may have no netem (`tc qdisc ... netem`: "qdisc kind is unknown"), so the wire is made here.
import { dlopen, getRawPointer } from 'node:ffi';
import { openSync, read, write } from 'node:fs';

const [first, second, delay, loss] = process.argv.slice(2);
const delayMs = Number(delay);
const lossShare = Number(loss);

const TUNSETIFF = 0x4004_54ca;
const IFF_TUN = 1;
const IFF_NO_PI = 0x1000;
/** struct ifreq: 16 octets of name, then the flags. */
const IFREQ = 40;
const PACKET = 65_536;
/** Reads under way at a time for each device: a read that waits holds a thread, so there is one. */
const { ioctl } = dlopen(null, {
  ioctl: { arguments: ['int32', 'uint64', 'pointer'], return: 'int32' },
}).functions;

function openDevice(name: string): number {
  const fd = openSync('/dev/net/tun', 'r+');
  const request = Buffer.from(new ArrayBuffer(IFREQ));
  request.write(name, 0, 15, 'latin1');
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
  if (ioctl(fd, BigInt(TUNSETIFF), getRawPointer(request.buffer)) !== 0) throw new Error(`no TUN device ${name}`);
  return fd;
}

/** The same losses at every run. */
let state = 42;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function carry(from: number, to: number): void {
  const packet = Buffer.alloc(PACKET);
  read(from, packet, 0, PACKET, null, (error, length) => {
    if (error) {
      console.error(error.message);
      process.exit(1);
    }
    if (random() >= lossShare) {
      const copy = Buffer.from(packet.subarray(0, length));
      setTimeout(() => write(to, copy, () => {}), delayMs);
    }
    carry(from, to);
  });
}

const ends = [openDevice(first), openDevice(second)];
carry(ends[0], ends[1]);
carry(ends[1], ends[0]);
console.log('ready');
