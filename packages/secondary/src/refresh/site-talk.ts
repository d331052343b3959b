import type { Clock } from '@zonewire/nameserver';
import type { Name } from '@zonewire/shared-protocol';
import type { ZoneVersion } from '@zonewire/zone';
import type { ZoneStore } from '@zonewire/zone-store';
import { SITE, type SiteHead, type SiteLink, type ToldContent } from '../site/port.ts';
import { type Fetched, type FetchRequest, fetchFromSite, secondsLeft } from './fetch.ts';
import { isExpired } from './plan.ts';
import type { PrimaryAddress } from './primaries.ts';
import type { RefreshEvent, RefreshState } from './state.ts';

/** The site in the place of a primary. */
export const SITE_AS_PRIMARY: PrimaryAddress = { key: SITE, id: SITE, host: '', port: 0 };

/** What the runner of one zone asks of the other nodes of its site, and tells them. */
export class SiteTalk {
  readonly #zone: Name;
  readonly #text: string;
  readonly #ports: { readonly site: SiteLink; readonly store: ZoneStore; readonly clock: Clock };
  /** What the site said it has, while a round takes it from there. */
  #head: SiteHead | undefined;
  #telling: Promise<void> | undefined;

  /** `text`: the zone's name in lower case. */
  constructor(
    zone: Name,
    text: string,
    ports: { readonly site: SiteLink; readonly store: ZoneStore; readonly clock: Clock },
  ) {
    this.#zone = zone;
    this.#text = text;
    this.#ports = ports;
  }

  /** In the place of an SOA check: what the site says of the zone. */
  async check(): Promise<Extract<RefreshEvent, { kind: 'answered' | 'failed' }>> {
    const { site, clock } = this.#ports;
    const head = await site.head(this.#text);
    this.#head = head;
    const now = clock.now();
    if (head === undefined || head.expireAt <= now) {
      const message = `the site knows nothing of ${this.#text}`;
      return { kind: 'failed', primary: SITE, failure: 'unreachable', code: 'site-silent', message };
    }
    const { serial, checkedAt, nextAt } = head;
    return { kind: 'answered', primary: SITE, serial, expire: secondsLeft(head, now), checkedAt, nextAt };
  }

  /** In the place of a transfer: what the site said it has. Nothing newer is a failure: a primary is asked then. */
  async fetch(request: FetchRequest): Promise<Fetched> {
    const fetched = await fetchFromSite({ ...request, site: this.#ports.site, head: this.#head! });
    if (fetched.kind !== 'answered') return fetched;
    return { kind: 'failed', failure: 'refused', code: 'site-not-newer', message: 'the site had nothing newer' };
  }

  /** What a primary said or gave is told to the others. `installed`: the version that it gave, and from which serial on. */
  tell(head: SiteHead, installed?: { readonly version: ZoneVersion; readonly fromSerial: number | undefined }): void {
    const { site } = this.#ports;
    const telling = site.tell(head, installed && this.#contentOf(installed)).finally(() => {
      if (this.#telling === telling) this.#telling = undefined;
    });
    this.#telling = telling;
  }

  /** Resolves when the others can know what was told last. */
  async told(): Promise<void> {
    await this.#telling;
  }

  #contentOf({ version, fromSerial }: { version: ZoneVersion; fromSerial: number | undefined }): ToldContent {
    if (fromSerial === undefined) return { version, diffs: undefined };
    const diffs = this.#ports.store.diffsFrom(this.#zone, fromSerial, version.byteLength);
    return { version, diffs: diffs?.length === 0 ? undefined : diffs };
  }
}

/** Where a zone stands on this node, for the others of its site; undefined while nothing can be served. */
export function siteHeadOf(zone: string, state: RefreshState, nextAttemptAt: number | undefined): SiteHead | undefined {
  const { facts, held } = state;
  const { lastGoodCheckAt, expireAt, failures, lastAttemptAt, lastError } = facts;
  if (held === undefined || lastGoodCheckAt === undefined || expireAt === undefined || isExpired(state))
    return undefined;
  return {
    zone,
    serial: held.serial,
    checkedAt: lastGoodCheckAt,
    expireAt,
    nextAt: nextAttemptAt ?? facts.asOf,
    failures,
    ...(failures === 0 || lastError === undefined
      ? {}
      : { failedAt: lastAttemptAt, error: { code: lastError.code, message: lastError.message } }),
  };
}
