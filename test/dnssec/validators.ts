import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, freePort, RunningProcess, run } from '@zonewire/testkit';
import { askAll } from './ask.ts';
import { PARENT, SIGNED_CHILD, UNSIGNED_CHILD } from './zones.ts';

/** A validating resolver that asks `server` for our zones and trusts the keys that `ds` (lines) stands for. */
export interface Validator extends Address {
  /** Why it found answers bogus, as it logged. */
  log(): string;
  remove(): Promise<void>;
}

export async function startUnbound(server: Address, ds: string): Promise<Validator> {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-unbound-'));
  const port = await freePort();
  const anchors = join(folder, 'anchors');
  writeFileSync(anchors, ds);
  const stubs = [PARENT, SIGNED_CHILD, UNSIGNED_CHILD].map(
    (zone) => `stub-zone:\n  name: "${zone}"\n  stub-addr: ${server.host}@${server.port}\n`,
  );
  writeFileSync(
    join(folder, 'unbound.conf'),
    `server:
  interface: 127.0.0.1@${port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  use-syslog: no
  val-log-level: 2
  do-ip6: no
  do-not-query-localhost: no
  local-zone: "test." nodefault
  module-config: "validator iterator"
  aggressive-nsec: no
  trust-anchor-file: "${anchors}"
  tcp-idle-timeout: 60000
remote-control:
  control-enable: no
${stubs.join('')}`,
  );
  const process = await RunningProcess.start('unbound', 'unbound', ['-d', '-c', join(folder, 'unbound.conf')]);
  const address = { host: '127.0.0.1', port };
  await process.until('start of service', () => /start of service/.test(process.output));
  await process.until('answer', async () => (await askAll(address, [{ name: PARENT, type: 'SOA' }])).length === 1);
  return {
    ...address,
    log: () => process.output,
    async remove() {
      await process.stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What BIND's validator says of an answer of `server`: its comment lines, as `; fully validated`. */
export async function delv(server: Address, ds: string, name: string, type: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'zonewire-delv-'));
  const anchors = join(folder, 'anchors');
  const keys = ds
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [tag, algorithm, digestType, ...digest] = line
        .slice(line.indexOf(' DS ') < 0 ? line.indexOf('\tDS\t') + 4 : line.indexOf(' DS ') + 4)
        .trim()
        .split(/\s+/);
      return `"${PARENT}" static-ds ${tag} ${algorithm} ${digestType} "${digest.join('')}";`;
    });
  writeFileSync(anchors, `trust-anchors { ${keys.join('\n')} };\n`);
  try {
    const args = [`@${server.host}`, '-p', `${server.port}`, '-a', anchors, `+root=${PARENT}`, name, type];
    const { stdout, stderr } = await run('delv', args, true);
    return (stdout + stderr)
      .split('\n')
      .filter((line) => line.startsWith(';'))
      .join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
