import { dlopen, getInt32, getRawPointer } from 'node:ffi';
import { endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { AF_INET, AF_INET6, addressText, isWildcard, type SocketAddress, socketName } from './socket-address.ts';

/**
 * The unsafe code of this program: UDP sockets by system calls, many datagrams a call, and the turns of their threads. (Foreign code is
 * called in one more place, cli/src/run/freed-memory.ts, without any address.)
 *
 * Why it is safe: (1) every address given to the kernel lies in an ArrayBuffer that is made once, never resized, and held by the
 * object that uses it for as long as that has a socket; what such a buffer holds is outside the garbage collector's heap and does not move.
 * (2) Every length given with an address is that of the region behind it, fixed when the object is made; what comes back
 * (`msg_len`, `msg_namelen`, `msg_controllen`) is read as a number and bounded by its region before it is used.
 * (3) All calls return before the next line runs: the kernel keeps no address after a call. (4) A socket's number is used by its owner
 * only until `closeSocket`. The layouts are those of 64-bit little-endian Linux (x86-64 and arm64 have the same ones): checked first.
 */

const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;
const IPV6_PKTINFO = 50;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_WAITFORONE = 0x10000;

/** struct mmsghdr, with struct msghdr in front. */
const HEADER = 64;
const HEADER_NAME_LENGTH = 8;
const HEADER_IOV = 16;
const HEADER_IOV_COUNT = 24;
const HEADER_CONTROL = 32;
const HEADER_CONTROL_LENGTH = 40;
const HEADER_LENGTH = 56;
/** struct iovec. */
const IOVEC = 16;
/** struct sockaddr_in has 16 octets, sockaddr_in6 28. */
export const NAME_SIZE = 32;
/** One IP_PKTINFO (28) or IPV6_PKTINFO (36) message, aligned. */
export const CONTROL_SIZE = 64;
/** Longest request: what UDP can carry. */
const REQUEST_SIZE = 65_536;

/** Numbers of system calls that libc gives no function for (glibc before 2.41). */
const SCHED_SETATTR = { x64: 314n, arm64: 274n };
const SCHED_GETATTR = { x64: 315n, arm64: 275n };
/** struct sched_attr as it was first: size, policy, flags (8), nice, priority, runtime (8), deadline (8), period (8). */
const SCHED_ATTR = 48;
const SCHED_ATTR_POLICY = 4;
const SCHED_ATTR_RUNTIME = 24;
const SCHED_NORMAL = 0;
/** The shortest that Linux takes, ns. */
const SHORTEST_SLICE = 100_000n;

type Calls = ReturnType<typeof loadCalls>;
let calls: Calls | undefined;

function loadCalls() {
  return dlopen(null, {
    socket: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
    setsockopt: { arguments: ['int32', 'int32', 'int32', 'pointer', 'uint32'], return: 'int32' },
    bind: { arguments: ['int32', 'pointer', 'uint32'], return: 'int32' },
    close: { arguments: ['int32'], return: 'int32' },
    recvmmsg: { arguments: ['int32', 'pointer', 'uint32', 'int32', 'pointer'], return: 'int32' },
    sendmmsg: { arguments: ['int32', 'pointer', 'uint32', 'int32'], return: 'int32' },
    __errno_location: { arguments: [], return: 'pointer' },
    syscall: { arguments: ['int64', 'int64', 'pointer', 'int64', 'int64'], return: 'int64' },
  } as const).functions;
}

function system(): Calls {
  calls ??= loadCalls();
  return calls;
}

/** Why batches of system calls cannot be had here, in words; undefined: they can. */
export function batchesMissing(): string | undefined {
  if (process.platform !== 'linux') return `this is ${process.platform}, batches need Linux`;
  if (process.arch !== 'x64' && process.arch !== 'arm64') return `batches are not made for ${process.arch}`;
  if (endianness() !== 'LE') return 'batches are made for little-endian machines';
  try {
    system();
    return undefined;
  } catch (error) {
    return `node:ffi is not usable: ${(error as Error).message}`;
  }
}

function lastError(call: string): NodeJS.ErrnoException {
  const number = getInt32(system().__errno_location());
  const code = getSystemErrorName(-number);
  return Object.assign(new Error(`${call}: ${code}`), { code, errno: -number, syscall: call });
}

/**
 * Asks for short turns on the processor for the calling thread: no more of it in all, but it is not made to wait, once it is woken, until
 * another thread has had its turn of some milliseconds (Linux from 6.12 on; before, this changes nothing). Its priority stays.
 * @returns how long its turns are now, ns; 0: left as they were (another scheduling policy, not allowed, an older kernel).
 */
export function askForShortTurns(): number {
  const { syscall } = system();
  const arch = process.arch as keyof typeof SCHED_SETATTR;
  const view = new DataView(new ArrayBuffer(SCHED_ATTR));
  const base = getRawPointer(new Uint8Array(view.buffer));
  const get = () => syscall(SCHED_GETATTR[arch], 0n, base, BigInt(SCHED_ATTR), 0n) === 0n;
  if (!get() || view.getUint32(SCHED_ATTR_POLICY, true) !== SCHED_NORMAL) return 0;
  view.setBigUint64(SCHED_ATTR_RUNTIME, SHORTEST_SLICE, true);
  if (syscall(SCHED_SETATTR[arch], 0n, base, 0n, 0n) !== 0n || !get()) return 0;
  return Number(view.getBigUint64(SCHED_ATTR_RUNTIME, true));
}

export interface SocketSettings {
  /** Octets asked of the system for each direction; it may give less. */
  readonly buffer: number;
  /** {@link Batch.receive} returns after so long without a datagram, ms. */
  readonly receiveTimeout: number;
}

/** A bound UDP socket that shares its address with others made here. Throws the system's error with its `code`. */
export function openSocket(address: SocketAddress, { buffer, receiveTimeout }: SocketSettings): number {
  const { socket, setsockopt, bind } = system();
  const fd = socket(address.family === 6 ? AF_INET6 : AF_INET, SOCK_DGRAM_CLOEXEC, 0);
  if (fd < 0) throw lastError('socket');
  const set = (level: number, option: number, value: Int32Array | BigInt64Array, isNeeded = true) => {
    const octets = new Uint8Array(value.buffer);
    if (setsockopt(fd, level, option, getRawPointer(octets), octets.length) < 0 && isNeeded)
      throw lastError(`setsockopt ${option}`);
  };
  try {
    set(SOL_SOCKET, SO_REUSEPORT, Int32Array.of(1));
    set(SOL_SOCKET, SO_RCVBUF, Int32Array.of(buffer), false);
    set(SOL_SOCKET, SO_SNDBUF, Int32Array.of(buffer), false);
    const micros = receiveTimeout * 1000;
    set(SOL_SOCKET, SO_RCVTIMEO, BigInt64Array.of(BigInt(Math.floor(micros / 1e6)), BigInt(micros % 1e6)));
    if (address.family === 6) set(IPPROTO_IPV6, IPV6_V6ONLY, Int32Array.of(1));
    if (isWildcard(address)) {
      if (address.family === 6) set(IPPROTO_IPV6, IPV6_RECVPKTINFO, Int32Array.of(1));
      else set(IPPROTO_IP, IP_PKTINFO, Int32Array.of(1));
    }
    const name = socketName(address);
    if (bind(fd, getRawPointer(name), name.length) < 0) throw lastError('bind');
    return fd;
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
}

/** Code, jumps when true and when false, value: an instruction of the kernel's classic packet filter. */
type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

/**
 * Of the sockets that share the address of `fd`, in the order in which they were bound, the first `workers` get queries, each datagram
 * any of them; the one behind them gets every other opcode. A program for the kernel: datagrams too short for a header go to the first.
 * @returns false: not possible here.
 */
export function steerByOpcode(fd: number, workers: number): boolean {
  return steer(fd, [
    [0x30, 0, 0, 2], // load octet 2 of the message: QR, opcode (4 bits), AA, TC, RD
    [0x54, 0, 0, 0x78], // and: opcode
    [0x15, 1, 0, 0], // 0 (QUERY): skip one
    [0x06, 0, 0, workers], // return
    [0x20, 0, 0, 0xffff_f000 + 56], // load a random number
    [0x94, 0, 0, workers], // modulo
    [0x16, 0, 0, 0], // return it
  ]);
}

/** As {@link steerByOpcode}, while there are no workers yet: the socket behind theirs gets everything. */
export function steerToLast(fd: number, workers: number): boolean {
  return steer(fd, [[0x06, 0, 0, workers]]);
}

function steer(fd: number, program: readonly Instruction[]): boolean {
  const HEAD = 16;
  const memory = new ArrayBuffer(HEAD + 8 * program.length);
  const view = new DataView(memory);
  const octets = new Uint8Array(memory);
  const base = getRawPointer(octets);
  // struct sock_fprog: length, address of the instructions.
  view.setUint16(0, program.length, true);
  view.setBigUint64(8, base + BigInt(HEAD), true);
  program.forEach(([code, jumpTrue, jumpFalse, value], i) => {
    const at = HEAD + 8 * i;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jumpTrue);
    view.setUint8(at + 3, jumpFalse);
    view.setUint32(at + 4, value, true);
  });
  return system().setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, base, HEAD) === 0;
}

export function closeSocket(fd: number): void {
  system().close(fd);
}

/** Where a datagram came from and what address it came to, as the kernel said it: what an answer needs. */
export interface ReturnPath {
  readonly name: Uint8Array;
  /** Empty when the socket is bound to one address. */
  readonly control: Uint8Array;
}

/**
 * A socket's datagrams, up to `size` a call, with an answer's place for each. Nothing is allocated after it is made.
 *
 * The answer to datagram `i` leaves from the address it came to: its header's control data is what was received with it
 * (IP_PKTINFO, IPV6_PKTINFO), so that hosts with several addresses work.
 */
export class Batch {
  /** `request(i)`: octets `[0, requestLength(i))` are the datagram. */
  readonly requests: readonly Uint8Array[];
  readonly replies: readonly Uint8Array[];
  readonly #fd: number;
  readonly #size: number;
  readonly #nameLength: number;
  readonly #controlSize: number;
  readonly #memory: ArrayBuffer;
  readonly #words: Uint32Array;
  readonly #octets: Uint8Array;
  readonly #in: number;
  readonly #out: number;
  readonly #outIovecs: number;
  readonly #names: number;
  readonly #controls: number;
  readonly #inPointer: bigint;
  readonly #outPointer: bigint;
  /** Both halves of the address of our memory. */
  readonly #low: number;
  readonly #high: number;
  #received = 0;
  #queued = 0;
  readonly #calls: Calls;

  constructor(fd: number, family: 4 | 6, wildcard: boolean, size: number, replySize: number) {
    this.#fd = fd;
    this.#size = size;
    this.#nameLength = family === 6 ? 28 : 16;
    this.#controlSize = wildcard ? CONTROL_SIZE : 0;
    this.#calls = system();
    let end = 0;
    const region = (each: number) => {
      const start = end;
      end += each * size;
      return start;
    };
    this.#in = region(HEADER);
    this.#out = region(HEADER);
    const inIovecs = region(IOVEC);
    this.#outIovecs = region(IOVEC);
    this.#names = region(NAME_SIZE);
    this.#controls = region(CONTROL_SIZE);
    const requests = region(REQUEST_SIZE);
    const replies = region(replySize);
    this.#memory = new ArrayBuffer(end);
    this.#words = new Uint32Array(this.#memory);
    this.#octets = new Uint8Array(this.#memory);
    const base = getRawPointer(this.#octets);
    this.#low = Number(base & 0xffff_ffffn);
    this.#high = Number(base >> 32n);
    this.#inPointer = base + BigInt(this.#in);
    this.#outPointer = base + BigInt(this.#out);
    const view = (start: number, each: number) =>
      Array.from({ length: size }, (_, i) => new Uint8Array(this.#memory, start + i * each, each));
    this.requests = view(requests, REQUEST_SIZE);
    this.replies = view(replies, replySize);
    for (let i = 0; i < size; i++) {
      this.#pointer(inIovecs + i * IOVEC, requests + i * REQUEST_SIZE);
      this.#words[(inIovecs + i * IOVEC + 8) >>> 2] = REQUEST_SIZE;
      this.#header(this.#in + i * HEADER, i, inIovecs + i * IOVEC);
      this.#pointer(this.#outIovecs + i * IOVEC, replies + i * replySize);
    }
  }

  /** Waits for a datagram, then takes what is there. @returns how many; 0 after the socket's timeout; -1: the call failed. */
  receive(): number {
    for (let i = 0; i < this.#received; i++) {
      const header = (this.#in + i * HEADER) >>> 2;
      this.#words[header + (HEADER_NAME_LENGTH >>> 2)] = NAME_SIZE;
      this.#words[header + (HEADER_CONTROL_LENGTH >>> 2)] = this.#controlSize;
    }
    this.#received = 0;
    const count = this.#calls.recvmmsg(this.#fd, this.#inPointer, this.#size, MSG_WAITFORONE, 0n);
    if (count > 0) {
      this.#received = count;
      return count;
    }
    const { code } = lastError('recvmmsg');
    return code === 'EAGAIN' || code === 'EINTR' ? 0 : -1;
  }

  requestLength(i: number): number {
    return Math.min(REQUEST_SIZE, this.#words[(this.#in + i * HEADER + HEADER_LENGTH) >>> 2]);
  }

  peerPort(i: number): number {
    const name = this.#names + i * NAME_SIZE;
    return (this.#octets[name + 2] << 8) | this.#octets[name + 3];
  }

  /** The peer's address as text; allocates. */
  peerAddress(i: number): string {
    const name = this.#names + i * NAME_SIZE;
    return addressText(this.#octets.subarray(name, name + this.#nameLength));
  }

  /** For an answer that comes later, from elsewhere; allocates. */
  returnPath(i: number): ReturnPath {
    const name = this.#names + i * NAME_SIZE;
    const control = this.#controls + i * CONTROL_SIZE;
    return {
      name: this.#octets.slice(name, name + this.#nameLength),
      control: this.#octets.slice(control, control + this.#controlLength(i)),
    };
  }

  /** The first `length` octets of `replies[i]` are to be sent to where datagram `i` came from. */
  queue(i: number, length: number): void {
    const iovec = this.#outIovecs + i * IOVEC;
    const header = this.#out + this.#queued++ * HEADER;
    this.#words[(iovec + 8) >>> 2] = length;
    this.#header(header, i, iovec);
    const words = header >>> 2;
    this.#words[words + (HEADER_NAME_LENGTH >>> 2)] = this.#nameLength;
    this.#words[words + (HEADER_CONTROL_LENGTH >>> 2)] = this.#controlLength(i);
  }

  /** Sends what was queued. @returns how many of it the system did not take: their senders ask again. */
  flush(): number {
    let sent = 0;
    let lost = 0;
    while (sent + lost < this.#queued) {
      const first = sent + lost;
      const pointer = first === 0 ? this.#outPointer : this.#outPointer + BigInt(first * HEADER);
      const count = this.#calls.sendmmsg(this.#fd, pointer, this.#queued - first, MSG_NOSIGNAL);
      if (count > 0) sent += count;
      // The first one is the reason (no route, say): the others still go.
      else lost++;
    }
    this.#queued = 0;
    return lost;
  }

  #controlLength(i: number): number {
    if (this.#controlSize === 0) return 0;
    const length = this.#words[(this.#in + i * HEADER + HEADER_CONTROL_LENGTH) >>> 2];
    return length > CONTROL_SIZE ? 0 : sourceOnly(this.#octets, this.#controls + i * CONTROL_SIZE, length);
  }

  #header(at: number, i: number, iovec: number): void {
    this.#pointer(at, this.#names + i * NAME_SIZE);
    this.#words[(at + HEADER_NAME_LENGTH) >>> 2] = NAME_SIZE;
    this.#pointer(at + HEADER_IOV, iovec);
    this.#words[(at + HEADER_IOV_COUNT) >>> 2] = 1;
    this.#words[(at + HEADER_IOV_COUNT + 4) >>> 2] = 0;
    if (this.#controlSize === 0) return;
    this.#pointer(at + HEADER_CONTROL, this.#controls + i * CONTROL_SIZE);
    this.#words[(at + HEADER_CONTROL_LENGTH) >>> 2] = this.#controlSize;
  }

  /** Writes the address of the octet `target` of our memory at `at`; without BigInts, which would be allocated. */
  #pointer(at: number, target: number): void {
    const low = this.#low + target;
    this.#words[at >>> 2] = low;
    this.#words[(at >>> 2) + 1] = low > 0xffff_ffff ? this.#high + 1 : this.#high;
  }
}

/** Sends one message from where a datagram came to. The socket may be another thread's. @returns false: not taken. */
export function sendTo(fd: number, message: Uint8Array, { name, control }: ReturnPath): boolean {
  const memory = new ArrayBuffer(HEADER + IOVEC + NAME_SIZE + CONTROL_SIZE + message.length);
  const octets = new Uint8Array(memory);
  const words = new BigUint64Array(memory, 0, (HEADER + IOVEC) >>> 3);
  const lengths = new Uint32Array(memory, 0, (HEADER + IOVEC) >>> 2);
  const base = getRawPointer(octets);
  const at = { iovec: HEADER, name: HEADER + IOVEC, control: HEADER + IOVEC + NAME_SIZE, message: 0 };
  at.message = at.control + CONTROL_SIZE;
  octets.set(name.subarray(0, NAME_SIZE), at.name);
  octets.set(control.subarray(0, CONTROL_SIZE), at.control);
  octets.set(message, at.message);
  words[0] = base + BigInt(at.name);
  lengths[HEADER_NAME_LENGTH >>> 2] = Math.min(NAME_SIZE, name.length);
  words[HEADER_IOV >>> 3] = base + BigInt(at.iovec);
  words[HEADER_IOV_COUNT >>> 3] = 1n;
  if (control.length > 0) {
    words[HEADER_CONTROL >>> 3] = base + BigInt(at.control);
    words[HEADER_CONTROL_LENGTH >>> 3] = BigInt(Math.min(CONTROL_SIZE, control.length));
  }
  words[at.iovec >>> 3] = base + BigInt(at.message);
  words[(at.iovec >>> 3) + 1] = BigInt(message.length);
  return system().sendmmsg(fd, base, 1, MSG_NOSIGNAL | MSG_DONTWAIT) === 1;
}

/**
 * Turns received control data into what an answer is sent with: the source address only. The interface it came in on is left to
 * routing, but for IPv6, where link-local addresses mean nothing without it.
 * @returns its length, 0 when there is none.
 */
function sourceOnly(octets: Uint8Array, at: number, length: number): number {
  if (length < 28) return 0;
  const level = octets[at + 8];
  const type = octets[at + 12];
  if (level === IPPROTO_IP && type === IP_PKTINFO) {
    // struct in_pktinfo: interface, source address of the answer, destination of the request.
    octets.fill(0, at + 16, at + 20);
    return 32;
  }
  return level === IPPROTO_IPV6 && type === IPV6_PKTINFO && length >= 36 ? 40 : 0;
}
