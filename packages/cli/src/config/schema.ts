import { ALERTS } from '@zonewire/replicas';
import { nameFromText, type Result } from '@zonewire/shared-protocol';
import { parseTrustAnchor } from '@zonewire/zone';
import { z } from 'zod';
import { parseHostPort } from './addresses.ts';
import { parseControlUrl } from './followed.ts';
import { DURATION_PATTERN, parseDuration, parseSize, SIZE_PATTERN } from './quantities.ts';
import { parseRedisUrl, parseSite } from './redis.ts';
import { parseWebhookUrl } from './webhooks.ts';

/** The configuration file's shape. Messages here say what a value must be; explain.ts adds which key and what stood there. */

const id = z.string({ error: 'must be an id (text)' }).min(1, { error: 'must not be empty' });
const ids = z.array(id, { error: 'must be a list of ids, such as [one, two]' });
const text = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' });
const path = text.meta({ description: "A path; a relative one starts at the configuration file's folder." });

function read<T>(parse: (value: string) => Result<T>, says: string) {
  return z.string({ error: says }).transform((value, context) => {
    const result = parse(value);
    if (result.ok) return result.value;
    context.addIssue({ code: 'custom', message: result.error.message });
    return z.NEVER;
  });
}

function quantity(parse: (value: string | number) => Result<number>, pattern: RegExp, description: string) {
  const error = (issue: { input?: unknown }) => {
    const result = typeof issue.input === 'string' || typeof issue.input === 'number' ? parse(issue.input) : undefined;
    return result && !result.ok ? result.error.message : `must be ${description}`;
  };
  return z
    .union([z.int({ error }).nonnegative({ error }), z.string({ error }).regex(pattern, { error })], { error })
    .transform((value, context) => {
      const result = parse(value);
      if (result.ok) return result.value;
      context.addIssue({ code: 'custom', message: result.error.message });
      return z.NEVER;
    })
    .meta({ description });
}

const duration = quantity(parseDuration, DURATION_PATTERN, 'a duration: seconds, or 30s, 5m, 2h, 1d');
const size = quantity(parseSize, SIZE_PATTERN, 'a size: octets, or 64KiB, 1MiB, 2GiB');

const quoted = 'must be text such as "127.0.0.1:53" (in quotes when it has brackets)';
const listenAddress = read((value) => parseHostPort(value, { allowPortZero: true }), quoted);
const dnsListenAddress = read((value) => parseHostPort(value, { defaultPort: 53, allowPortZero: true }), quoted);
const tlsListenAddress = read((value) => parseHostPort(value, { defaultPort: 853, allowPortZero: true }), quoted);
const remoteAddress = read((value) => parseHostPort(value, { defaultPort: 53 }), quoted);

const degrees = (limit: number, what: string) => {
  const error = `must be ${what} in degrees, a number from -${limit} to ${limit}`;
  return z.number({ error }).min(-limit, { error }).max(limit, { error });
};

const place = z
  .strictObject({
    label: text.meta({ description: 'What people call it: "Frankfurt".' }),
    latitude: degrees(90, 'the latitude').meta({ description: 'Degrees, north is positive: 50.11.' }),
    longitude: degrees(180, 'the longitude').meta({ description: 'Degrees, east is positive: 8.68.' }),
  })
  .meta({ description: "Where it stands, for the console's map." });

const server = z.strictObject({
  identity: text.optional().meta({ description: "The node's name, also its NSID. Default: the host name." }),
  place: place.optional(),
  version: z
    .union([text, z.literal(false)], { error: 'must be text, or false to answer nothing' })
    .optional()
    .meta({ description: 'What version.bind (CH TXT) is answered with; false: nothing. Default: false.' }),
  listen: z
    .array(dnsListenAddress, { error: 'must be a list of addresses, such as ["127.0.0.1:53"]' })
    .min(1, { error: 'must name at least one address, such as ["127.0.0.1:53"]' })
    .meta({ description: 'Addresses for DNS over UDP and TCP: "192.0.2.1:53", "[::1]:53", "0.0.0.0:53", "[::]:53".' }),
  'tls-listen': z
    .array(tlsListenAddress, { error: 'must be a list of addresses' })
    .optional()
    .meta({ description: 'Addresses for DNS over TLS. Not available in this version.' }),
  'data-dir': path.meta({ description: 'Folder for zone data and journals; made when it is not there.' }),
  workers: z
    .int({ error: 'must be a whole number of threads, 1 or more' })
    .min(1, { error: 'must be a whole number of threads, 1 or more' })
    .optional()
    .meta({ description: 'UDP answering threads, for each address. Default: the number of CPUs.' }),
  udp: z
    .enum(['auto', 'batched', 'dgram'], { error: 'must be auto, batched or dgram' })
    .optional()
    .meta({ description: 'How UDP is read: auto takes the fastest way this machine has.' }),
  'warm-up': z.boolean({ error: 'must be true or false' }).optional().meta({
    description:
      'Carry some changes of a zone of our own, on loopback, after the start, so that the first real ones are as fast as later ones (some 5 s of CPU). Default: true.',
  }),
});

const wholeNumber = (what: string) => {
  const error = `must be a whole number of ${what}, 1 or more`;
  return z.int({ error }).min(1, { error });
};

const control = z.strictObject({
  listen: listenAddress.meta({
    description:
      'Address of the HTTP API, /metrics and /health: "127.0.0.1:8053". Away from loopback a token is needed.',
  }),
  token: text
    .optional()
    .meta({ description: 'When set, every request must carry it (X-API-Key or Authorization: Bearer).' }),
  'token-file': path.optional().meta({ description: 'A file that holds the token.' }),
  waits: wholeNumber('requests')
    .optional()
    .meta({ description: 'Requests that may wait for a change to arrive, at once. Default: 1000.' }),
  'zone-metrics': z.enum(['full', 'terse', 'none'], { error: 'must be full, terse or none' }).optional().meta({
    description:
      'Which zones, and which of them at each secondary, have samples of their own at /metrics. full: all; terse: those that are not well; none: counts only. Default: full up to 10,000 of them, else terse.',
  }),
});

const redis = z.strictObject({
  url: read(parseRedisUrl, 'must be text such as redis://127.0.0.1:6379').meta({
    description: 'redis://host:port or, with TLS, rediss://host:port; a user as redis://user@host:port.',
  }),
  'password-file': path.optional().meta({ description: 'A file that holds the password.' }),
  site: read(parseSite, 'must be a name such as fra').meta({
    description: 'Nodes with the same site, and the same zones, share timers and transfers.',
  }),
  'content-max-size': size.optional().meta({
    description: 'Room in Redis for versions of zones on their way to the other nodes of the site. Default: 128MiB.',
  }),
});

const ioTimeout = duration.refine((seconds) => seconds >= 1 && seconds <= 600, {
  error: 'must be 1s to 600s; a number is seconds (in Knot it is ms)',
});

const limits = z
  .strictObject({
    rounds: wholeNumber('rounds').optional().meta({
      description: 'Rounds of refresh and retry timers under way at once; changes do not wait for them. Default: 256.',
    }),
    checks: wholeNumber('SOA queries').optional().meta({
      description: 'SOA queries to primaries under way at once. Default: 200.',
    }),
    transfers: wholeNumber('transfers').optional().meta({
      description: 'Transfers in under way at once. Default: 20.',
    }),
    'transfers-per-primary': wholeNumber('transfers').optional().meta({
      description: 'Of these, from one address; one place in eight is for changes alone. Default: 10.',
    }),
    'tcp-remote-io-timeout': ioTimeout.optional().meta({
      description:
        'How long a primary may send nothing in the middle of a transfer; then the next one is asked. Whoever has stalled is waited for twice as long each time, up to 60s. Default: 10s.',
    }),
  })
  .meta({
    description: 'What this node asks of primaries at once, over all zones it is secondary for, and how long it waits.',
  });

const parentZone = z.strictObject({
  zone: read(nameFromText, 'must be the name of a zone, such as "org."').meta({
    description: 'The parent, or a zone above it: followed from there down. "." for the root.',
  }),
  address: z
    .array(remoteAddress, { error: 'must be a list of addresses, such as ["192.0.2.1:53"]' })
    .min(1, { error: 'must name at least one address, such as ["192.0.2.1:53"]' }),
});

const delegation = z
  .strictObject({
    resolver: z
      .array(remoteAddress, { error: 'must be a list of addresses, such as ["192.0.2.53:53"]' })
      .optional()
      .meta({ description: "Resolvers that are asked for the parent's servers and for addresses outside the zone." }),
    parents: z
      .array(parentZone, { error: 'must be a list of zones with their addresses' })
      .optional()
      .meta({ description: 'Servers of parents, asked instead of the resolvers for the zones below them.' }),
    'check-interval': duration.optional().meta({
      description: 'How often each zone of this node is checked. 0: only by command. Default: 1h.',
    }),
    port: z
      .int({ error: 'must be a port number' })
      .min(1, { error: 'must be a port number' })
      .max(65_535, { error: 'must be a port number' })
      .optional()
      .meta({
        description: 'Port of name servers whose addresses come out of the DNS: for test networks. Default: 53.',
      }),
  })
  .meta({ description: 'Compares what the parent tells the world with the zones (docs/delegation.md).' });

const replicas = z
  .strictObject({
    'history-max-age': duration.optional().meta({
      description: 'How long it is kept who got which serial when. Default: 30d.',
    }),
    'history-max-rows': z
      .int({ error: 'must be a whole number of rows' })
      .nonnegative({ error: 'must be a whole number of rows' })
      .optional()
      .meta({ description: 'Most of it that is kept, some 100 octets each; 0: nothing. Default: 1000000.' }),
    'compare-interval': duration.optional().meta({
      description:
        'How often the copy of each zone at each secondary whose receipts do not tell its digest is transferred (AXFR) and compared. 0: only by command. Default: 6h.',
    }),
    'compare-max-size': size.optional().meta({
      description: 'Larger zones, octets in memory, are compared by command only. Default: 16MiB.',
    }),
  })
  .meta({ description: 'What this node knows of those it notifies, and keeps (replication.db in data-dir).' });

const ALGORITHMS = ['hmac-sha1', 'hmac-sha224', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;

const key = z.strictObject({
  id: id.meta({ description: 'The name of the TSIG key, the same on both sides: "xfr.example."' }),
  algorithm: z.enum(ALGORITHMS, { error: `must be one of ${ALGORITHMS.join(', ')}` }).default('hmac-sha256'),
  secret: text.optional().meta({ description: 'The secret in base64. Better: secret-file.' }),
  'secret-file': path.optional().meta({
    description: "A file that holds the secret in base64, or BIND's key {} clause (what `zonewire key new` prints).",
  }),
});

const remote = z.strictObject({
  id,
  address: z
    .array(remoteAddress, { error: 'must be a list of addresses, such as ["192.0.2.1:53"]' })
    .min(1, { error: 'must name at least one address, such as ["192.0.2.1:53"]' }),
  key: id.optional().meta({ description: 'Id of the key that signs what is sent there.' }),
  place: place.optional(),
  compare: z.boolean({ error: 'must be true or false' }).optional().meta({
    description:
      'Whether the copies that it holds are transferred from time to time and compared (replicas.compare-interval). false: for one that does not hold the same on purpose, such as a signer. Default: true.',
  }),
  control: z
    .strictObject({
      url: read(parseControlUrl, 'must be text such as http://192.0.2.1:8053').meta({
        description: 'Its control API: http://host:port, or https.',
      }),
      'token-file': path.optional().meta({ description: 'A file that holds the token of that node.' }),
    })
    .optional()
    .meta({ description: 'For a Zonewire secondary: its receipts are followed there.' }),
});

const webhook = z.strictObject({
  id: id.optional().meta({ description: "What it is called in logs and metrics. Default: the URL's host." }),
  url: read(parseWebhookUrl, 'must be text such as https://hooks.example/zonewire').meta({
    description: 'Where alerts are posted: https; http only to this machine or to a private address.',
  }),
  'secret-file': path.meta({
    description:
      'A file with the secret that signs what is sent (HMAC-SHA256): its text, without white space around it.',
  }),
  on: z
    .array(z.enum(ALERTS, { error: `must be one of ${ALERTS.join(', ')}` }), {
      error: `must be a list of ${ALERTS.join(', ')}`,
    })
    .min(1, { error: `must name at least one of ${ALERTS.join(', ')}` })
    .meta({
      description:
        'What it is told of. delegation: an error or a warning of the check of a delegation. recovered: what it was told of is over.',
    }),
  zones: z
    .array(text, { error: 'must be a list of zones' })
    .min(1, { error: 'must name at least one zone; leave it out for all of them' })
    .optional()
    .meta({ description: 'Zones that it is told of. Default: all.' }),
  hold: duration.optional().meta({
    description:
      'How long behind, unreachable, refusing, ahead and recovered have to last before it is told. Default: 60s.',
  }),
});

const ACTIONS = ['notify', 'transfer', 'update'] as const;

const acl = z.strictObject({
  id,
  address: z
    .array(text, { error: 'must be a list of addresses or networks, such as [192.0.2.0/24]' })
    .min(1, { error: 'must name at least one address or network, such as [192.0.2.0/24]' })
    .optional()
    .meta({
      description:
        'Addresses, networks (192.0.2.0/24) or ranges (a-b). Without it every address matches, which needs a key.',
    }),
  key: id
    .optional()
    .meta({ description: 'Id of the key that requests must be signed with. Without it only unsigned requests match.' }),
  action: z
    .array(z.enum(ACTIONS, { error: `must be one of ${ACTIONS.join(', ')}` }), {
      error: `must be a list of ${ACTIONS.join(', ')}`,
    })
    .min(1, { error: `must name at least one of ${ACTIONS.join(', ')}` }),
  deny: z
    .boolean({ error: 'must be true or false' })
    .optional()
    .meta({ description: 'True: what matches is refused.' }),
});

const verification = z.enum(['off', 'log', 'require'], { error: 'must be off, log or require' });
const trustAnchor = read(parseTrustAnchor, 'must be a DS or DNSKEY record, such as "DS 12345 13 2 …"');

const zoneKeys = {
  file: path
    .optional()
    .meta({ description: 'Zone file: this node is primary for the zone. %s stands for the zone name.' }),
  primary: ids.optional().meta({ description: 'Remotes to transfer the zone from: this node is secondary for it.' }),
  notify: ids.optional().meta({ description: 'Remotes that are told of every change (RFC 1996).' }),
  acl: ids.optional().meta({
    description: 'Who may transfer, notify and update. The first acl that matches decides; none matches: refused.',
  }),
  'refresh-min-interval': duration.optional(),
  'refresh-max-interval': duration.optional(),
  'retry-min-interval': duration.optional(),
  'retry-max-interval': duration.optional(),
  'expire-min-interval': duration.optional(),
  'zone-max-size': size.optional(),
  'journal-max-size': size.optional(),
  'journal-max-depth': z
    .int({ error: 'must be a whole number of changes' })
    .nonnegative({ error: 'must be a whole number of changes' })
    .optional()
    .meta({ description: 'Number of changes kept for IXFR.' }),
  'zonemd-verify': verification.optional().meta({
    description:
      'ZONEMD (RFC 8976) of a version before it is served. log: a wrong one is told; require: without a right one the old version stays. Default: log.',
  }),
  'dnssec-validation': verification.optional().meta({
    description:
      'Signatures and NSEC or NSEC3 of a version before it is served. log: what is wrong is told; require: unless all is right the old version stays. Default: off.',
  }),
  'trust-anchor': z.array(trustAnchor, { error: 'must be a list of DS or DNSKEY records' }).optional().meta({
    description:
      'Keys of the zone for dnssec-validation, as DS or DNSKEY records. Without any, the keys that the zone itself holds are believed.',
  }),
  'delegation-check': z.boolean({ error: 'must be true or false' }).optional().meta({
    description: 'Whether the zone is checked where there is a section delegation. Default: true.',
  }),
  'serial-policy': z
    .enum(['increment', 'unixtime', 'dateserial'], { error: 'must be increment, unixtime or dateserial' })
    .optional()
    .meta({ description: 'How the serial moves when the zone changes here and its file did not move it.' }),
};

const list = <T extends z.ZodType>(item: T, says: string) => z.array(item, { error: says }).default([]);

export const configSchema = z
  .strictObject({
    server,
    control: control.optional(),
    redis: redis.optional(),
    limits: limits.optional(),
    delegation: delegation.optional(),
    replicas: replicas.optional(),
    keys: list(key, 'must be a list of keys'),
    remotes: list(remote, 'must be a list of remotes'),
    acls: list(acl, 'must be a list of acls'),
    webhooks: list(webhook, 'must be a list of webhooks').meta({
      description: 'Who is told when a secondary is not well.',
    }),
    templates: list(z.strictObject({ id, ...zoneKeys }), 'must be a list of templates').meta({
      description: 'Zone keys by id. The template with id "default" applies to zones that name none.',
    }),
    zones: list(
      z.strictObject({
        domain: text.meta({ description: 'Name of the zone: "example.org."' }),
        template: id.optional().meta({ description: 'Id of the template; keys of the zone itself win over it.' }),
        ...zoneKeys,
      }),
      'must be a list of zones',
    ),
  })
  .meta({ title: 'Zonewire configuration' });

/** The file as it stands, values read: addresses split, durations in seconds, sizes in octets. */
export type ConfigFile = z.output<typeof configSchema>;
export type ConfigAcl = ConfigFile['acls'][number];
export type ConfigZone = ConfigFile['zones'][number];

/** JSON Schema (2020-12) of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: 'input' }) as Record<string, unknown>;
}
