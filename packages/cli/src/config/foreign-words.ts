/** Words of other servers' configurations (BIND, NSD, Knot, PowerDNS), and what is written here instead. */
const WORDS: Readonly<Record<string, string>> = {
  master: 'primary',
  masters: 'primary',
  primaries: 'primary',
  'request-xfr': 'primary',
  slave: 'notify',
  slaves: 'notify',
  secondaries: 'notify',
  'also-notify': 'notify',
  name: 'domain',
  zone: 'domain',
  zonefile: 'file',
  'file-name': 'file',
  'ip-address': 'listen',
  interface: 'listen',
  port: 'listen',
  database: 'data-dir',
  storage: 'data-dir',
  directory: 'data-dir',
  nsid: 'identity',
  'key-name': 'id',
  addresses: 'address',
  ip: 'address',
};

/** Rights stand in `acls` here, and zones name these. */
const RIGHTS: Readonly<Record<string, string>> = {
  'allow-transfer': 'transfer',
  'provide-xfr': 'transfer',
  'allow-notify': 'notify',
  'allow-update': 'update',
  'allow-ddns-update': 'update',
};

/** What to write for a key that is not known here; undefined: nothing comes to mind. `allowed`: the keys that are known at its place. */
export function inOurWords(key: string, allowed: readonly string[]): string | undefined {
  const word = WORDS[key];
  if (word !== undefined && allowed.includes(word)) return `here it is "${word}"`;
  const right = RIGHTS[key];
  if (right !== undefined && allowed.includes('acl'))
    return `here it is an entry of acls with action: [${right}], whose id the zone names under "acl"`;
  if (key === 'type' && allowed.includes('primary'))
    return 'leave it out: with "file" this node is primary, with "primary" secondary';
  return undefined;
}
