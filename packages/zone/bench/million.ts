import { name, type RecordSink, TYPE, writeSoa } from '@zonewire/shared-protocol';

export const APEX = name('example.');
export type FeedOrder = 'sorted' | 'unsorted';

const SOA = writeSoa({
  mname: name('ns1.example.'),
  rname: name('hostmaster.example.'),
  serial: 1,
  refresh: 3600,
  retry: 600,
  expire: 86400,
  minimum: 300,
});
const NS = name('ns1.example.');

/**
 * SOA, NS, ns1's address, and A records of host1.example. host2.example. … until there are `records`, without an object for any.
 * `sorted`: in canonical order, as servers send them; `unsorted`: by number, as a zone file has them.
 */
export function feedMillion(sink: RecordSink, records: number, order: FeedOrder): void {
  sink.add(APEX, 0, APEX.length, TYPE.SOA, 3600, SOA, 0, SOA.length);
  sink.add(APEX, 0, APEX.length, TYPE.NS, 3600, NS, 0, NS.length);
  const hosts = records - 3;
  const address = new Uint8Array(4);
  const owner = new Uint8Array(64);
  if (order === 'unsorted') sink.add(NS, 0, NS.length, TYPE.A, 3600, address, 0, 4);
  const feed = (n: number) => {
    const text = `host${n}`;
    owner[0] = text.length;
    for (let i = 0; i < text.length; i++) owner[i + 1] = text.charCodeAt(i);
    owner.set(APEX, text.length + 1);
    address[0] = n >>> 24;
    address[1] = n >>> 16;
    address[2] = n >>> 8;
    address[3] = n;
    sink.add(owner, 0, text.length + 1 + APEX.length, TYPE.A, 3600, address, 0, 4);
  };
  if (order === 'unsorted') for (let n = 1; n <= hosts; n++) feed(n);
  else feedByText(1, 9, hosts, feed);
  if (order === 'sorted') sink.add(NS, 0, NS.length, TYPE.A, 3600, address, 0, 4);
}

/** All numbers up to `last` in the order of their decimal text. */
function feedByText(from: number, to: number, last: number, feed: (n: number) => void): void {
  for (let n = from; n <= to && n <= last; n++) {
    feed(n);
    feedByText(n * 10, n * 10 + 9, last, feed);
  }
}
