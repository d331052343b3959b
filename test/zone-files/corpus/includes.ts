/** Files that cases include; they lie beside the zone files. */
export const INCLUDES: Readonly<Record<string, string>> = {
  'inc-hosts': 'h1 A 192.0.2.101\nh2 A 192.0.2.102\n',
  'inc-origin': '$ORIGIN inside\nh1 A 192.0.2.103\n',
  'inc-ttl': '$TTL 77\nh1 A 192.0.2.104\n',
  'inc-blank': ' A 192.0.2.105\n',
  'inc-owner': 'last A 192.0.2.106\n',
  'inc-nested': '$INCLUDE inc-hosts deep\nh3 A 192.0.2.107\n',
  'inc-empty': '',
  'inc-comment': '; nothing\n',
  'inc-no-newline': 'h4 A 192.0.2.108',
  'inc-self': '$INCLUDE inc-self\n',
  'inc-broken': 'h5 A 192.0.2.300\n',
  'inc-open': 'h6 TXT ( "never closed"\n',
  'inc-absolute': 'abs.example.net. A 192.0.2.109\n',
  'inc space': 'h7 A 192.0.2.110\n',
};
