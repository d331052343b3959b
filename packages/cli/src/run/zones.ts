import type { Log, ReplicaLag, ZoneGlance, ZoneStatus } from '@zonewire/nameserver';
import type { Primary } from '@zonewire/primary';
import type { Secondary } from '@zonewire/secondary';
import { type Name, nameKey, nameToText } from '@zonewire/shared-protocol';
import type { ZoneConfig } from '../config/mod.ts';
import type { ZoneQuery } from '../control/ports.ts';
import { isPrimary } from './reload-plan.ts';
import { SharedTurns } from './shared-turns.ts';
import { primarySettings, secondarySettings } from './zone-settings.ts';

export interface Failed {
  readonly zone: string;
  readonly message: string;
}

/** Zones opened or reloaded at a time: most of one is waiting for the disk. */
const AT_ONCE = 32;

/** The zones of the node, each with the owner that its configuration gives it. */
export class NodeZones {
  readonly #primary: Primary;
  readonly #secondary: Secondary;
  readonly #log: Log;
  readonly #zones = new Map<string, { readonly name: Name; readonly role: 'primary' | 'secondary' }>();
  #stopped = false;

  constructor(ports: { primary: Primary; secondary: Secondary; log: Log }) {
    this.#primary = ports.primary;
    this.#secondary = ports.secondary;
    this.#log = ports.log;
  }

  get size(): number {
    return this.#zones.size;
  }

  role(zone: Name): 'primary' | 'secondary' | undefined {
    return this.#zones.get(nameKey(zone))?.role;
  }

  status(zone: Name): ZoneStatus | undefined {
    const role = this.role(zone);
    if (role === undefined) return undefined;
    return role === 'primary' ? this.#primary.status(zone) : this.#secondary.status(zone);
  }

  /** Where those stand that are notified of the zone. */
  lag(zone: Name): readonly ReplicaLag[] {
    return this.role(zone) === 'primary' ? this.#primary.lag(zone) : this.#secondary.lag(zone);
  }

  /** A transfer of `serial` to one of those has come to its end. `zone`: presentation form, absolute, lower case. */
  fetched(zone: string, remote: string, serial: number, wantsForetold: boolean): void {
    this.#primary.fetched(zone, remote, serial, wantsForetold);
    this.#secondary.fetched(zone, remote, serial, wantsForetold);
  }

  /** Names of the zones that match, a page of them, in the order of the configuration; and how many match. */
  find({ role, state, offset, limit = Number.POSITIVE_INFINITY }: ZoneQuery): { total: number; names: Name[] } {
    const names: Name[] = [];
    let total = 0;
    for (const { name, role: is } of this.#zones.values()) {
      if (role !== undefined && is !== role) continue;
      if (state !== undefined && this.#glance(name, is)?.state !== state) continue;
      if (total >= offset && names.length < limit) names.push(name);
      total++;
    }
    return { total, names };
  }

  /** Every zone in short. */
  *glances(): Generator<ZoneGlance> {
    yield* this.#primary.glances();
    yield* this.#secondary.glances();
  }

  /** {@link takeOn} and {@link load}. */
  async add(zones: readonly ZoneConfig[]): Promise<Failed[]> {
    const failed = this.takeOn(zones);
    return [...failed, ...(await this.load(zones))];
  }

  /** From now on they are answered for, with SERVFAIL until they are loaded. */
  takeOn(zones: readonly ZoneConfig[]): Failed[] {
    const failed: Failed[] = [];
    for (const zone of zones) {
      try {
        if (isPrimary(zone)) this.#primary.takeOn(primarySettings(zone));
        else this.#secondary.takeOn(secondarySettings(zone));
        const { domain: name } = zone;
        this.#zones.set(nameKey(name), { name, role: isPrimary(zone) ? 'primary' : 'secondary' });
      } catch (error) {
        failed.push(this.#failed(zone, error));
      }
    }
    return failed;
  }

  /** Resolves when each zone serves what is on disk, or its status says why not. A zone that fails does not stop the others. */
  load(zones: readonly ZoneConfig[]): Promise<Failed[]> {
    return this.#forEach(zones, async ({ domain }) => {
      const role = this.role(domain);
      if (role === 'primary') await this.#primary.load(domain);
      else if (role === 'secondary') await this.#secondary.load(domain);
    });
  }

  /** Zones not loaded yet stay so: the node ends. */
  stop(): void {
    this.#stopped = true;
  }

  /** What is stored of them stays: a zone that was left out by mistake comes back as it was. */
  remove(zones: readonly ZoneConfig[]): Promise<Failed[]> {
    return this.#forEach(zones, async (zone) => {
      this.#zones.delete(nameKey(zone.domain));
      if (isPrimary(zone)) await this.#primary.removeZone(zone.domain);
      else await this.#secondary.removeZone(zone.domain);
    });
  }

  update(zones: readonly ZoneConfig[]): Promise<Failed[]> {
    return this.#forEach(zones, async (zone) => {
      if (isPrimary(zone)) await this.#primary.updateConfig(primarySettings(zone));
      else this.#secondary.updateConfig(secondarySettings(zone));
    });
  }

  /** Looks at the files of the primary zones among these. Gives those that brought a new version. */
  async reloadFiles(zones: readonly ZoneConfig[]): Promise<{ reloaded: Failed[]; failed: Failed[] }> {
    const reloaded: Failed[] = [];
    const failed = await this.#forEach(zones.filter(isPrimary), async ({ domain }) => {
      const before = this.#primary.glance(domain).serial;
      const { serial, message } = await this.#primary.reload(domain);
      if (serial !== before) reloaded.push({ zone: nameToText(domain), message });
    });
    return { reloaded, failed };
  }

  async #forEach(zones: readonly ZoneConfig[], act: (zone: ZoneConfig) => Promise<void>): Promise<Failed[]> {
    const failed: Failed[] = [];
    const left = zones.values();
    const turns = new SharedTurns();
    const worker = async () => {
      for (const zone of left) {
        // Zones that need not wait for the disk may be many.
        while (turns.areDue) await turns.take();
        if (this.#stopped) return;
        try {
          await act(zone);
        } catch (error) {
          failed.push(this.#failed(zone, error));
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return failed;
  }

  #glance(zone: Name, role: 'primary' | 'secondary'): ZoneGlance | undefined {
    return role === 'primary' ? this.#primary.glance(zone) : this.#secondary.glance(zone);
  }

  #failed({ domain }: ZoneConfig, error: unknown): Failed {
    const { message } = error as Error;
    const zone = nameToText(domain);
    this.#log.debug({ zone, err: error }, message);
    return { zone, message };
  }
}
