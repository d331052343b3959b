import { name, type RecordSink, TYPE, writeSoa } from '@zonewire/shared-protocol';

export const APEX = name('example.');
export type FeedOrder = 'sorted' | 'unsorted';

const NS = name('ns1.example.');
const TTL = 3600;

export function soaRdata(serial: number): Uint8Array {
  return writeSoa({
    mname: NS,
    rname: name('hostmaster.example.'),
    serial,
    refresh: 3600,
    retry: 600,
    expire: 86400,
    minimum: 300,
  });
}

/**
 * SOA, NS, ns1's address, and A records of host1.example. host2.example. … until there are `records`, without an object for any.
 * `sorted`: in canonical order, as servers send them; `unsorted`: by number, as a zone file has them.
 */
export function feedMillion(sink: RecordSink, records: number, order: FeedOrder, serial = 1): void {
  const soa = soaRdata(serial);
  sink.add(APEX, 0, APEX.length, TYPE.SOA, TTL, soa, 0, soa.length);
  sink.add(APEX, 0, APEX.length, TYPE.NS, TTL, NS, 0, NS.length);
  const hosts = new HostFeed(sink, records - 3);
  if (order === 'unsorted') {
    hosts.addServer();
    for (let n = 1; n <= records - 3; n++) hosts.add(n);
  } else {
    for (let n = 1; n <= 9; n++) hosts.addByText(n);
    hosts.addServer();
  }
}

/** `host<n>.example.`, right-aligned in the upper part of a buffer. */
export class HostName {
  readonly bytes = new Uint8Array(64);
  readonly end = 64;
  start = 64;

  constructor() {
    this.bytes.set(APEX, 64 - APEX.length);
  }

  set(n: number): void {
    const { bytes } = this;
    let at = 64 - APEX.length;
    for (let rest = n; rest > 0 || at === 64 - APEX.length; rest = Math.floor(rest / 10))
      bytes[--at] = 0x30 + (rest % 10);
    bytes[--at] = 0x74;
    bytes[--at] = 0x73;
    bytes[--at] = 0x6f;
    bytes[--at] = 0x68;
    bytes[at - 1] = 64 - APEX.length - at;
    this.start = at - 1;
  }
}

class HostFeed {
  readonly #sink: RecordSink;
  readonly #last: number;
  readonly #owner = new HostName();
  readonly #address = new Uint8Array(4);

  constructor(sink: RecordSink, last: number) {
    this.#sink = sink;
    this.#last = last;
  }

  addServer(): void {
    this.#sink.add(NS, 0, NS.length, TYPE.A, TTL, this.#address, 0, 4);
  }

  add(n: number): void {
    const address = this.#address;
    address[0] = n >>> 24;
    address[1] = n >>> 16;
    address[2] = n >>> 8;
    address[3] = n;
    const owner = this.#owner;
    owner.set(n);
    this.#sink.add(owner.bytes, owner.start, owner.end, TYPE.A, TTL, address, 0, 4);
  }

  /** `n` and all numbers whose decimal text continues it, in the order of their text. */
  addByText(n: number): void {
    if (n > this.#last) return;
    this.add(n);
    for (let digit = 0; digit <= 9; digit++) this.addByText(n * 10 + digit);
  }
}
