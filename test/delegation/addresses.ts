/** Every server has an address of the loopback network of its own here, and all the same free port: addresses in the DNS carry none. */
export const AT = {
  root: '127.0.53.1',
  /** NSD and Knot hold `test.`. */
  firstParent: '127.0.53.2',
  secondParent: '127.0.53.3',
  /** Our node, at two addresses of one network. */
  ours: '127.0.53.4',
  oursToo: '127.0.53.5',
  /** BIND listens at addresses of an interface only. */
  resolver: '::1',
  /** In another network. */
  bind: '127.0.0.1',
  /** The same by TCP alone, and by UDP alone. */
  tcpOnly: '127.0.54.7',
  udpOnly: '127.0.54.8',
  nobody: '127.0.53.99',
} as const;
