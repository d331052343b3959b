import { COUNTED_TYPES, type Counters } from '@zonewire/nameserver';
import { RCODE, rcodeToText, typeToText } from '@zonewire/shared-protocol';
import type { MetricFamily, MetricSample } from '../control/metrics/exposition.ts';
import { comparisonMetrics } from './comparison-metrics.ts';
import { delegationMetrics } from './delegation-metrics.ts';
import type { RunningNode } from './running-node.ts';

/** The counters of the node's parts under the names that operators see. Only what has happened has a sample: 260 types are not 520 zeros. */
export function nodeMetrics(node: RunningNode): MetricFamily[] {
  const { counters } = node.nameserver;
  const { tcp } = counters;
  const store = node.store.stats;
  const verifier = node.verifier.counters;
  const compactor = node.compactor.counters;
  return [
    family('queries_total', 'Requests with opcode QUERY, by transport and type.', 'counter', queries(counters)),
    family('responses_total', 'Answers by RCODE.', 'counter', byIndex(counters.responses, 'rcode', rcodeToText)),
    family('requests_malformed_total', 'Requests that could not be read.', 'counter', one(counters.malformed)),
    family('requests_dropped_total', 'Packets that get no answer.', 'counter', one(counters.dropped)),
    family('responses_truncated_total', 'Answers over UDP with TC set.', 'counter', one(counters.truncated)),
    family('denial_missing_total', 'Answers of signed zones without a proof they need, by why.', 'counter', [
      { labels: { reason: 'chain' }, value: counters.denialMissing },
      { labels: { reason: 'iterations' }, value: counters.denialCostly },
    ]),
    family('tsig_verified_total', 'Requests whose TSIG verified.', 'counter', one(counters.tsigVerified)),
    family(
      'tsig_errors_total',
      'Requests refused for their TSIG.',
      'counter',
      byIndex(counters.tsigErrors, 'error', tsigError),
    ),
    family('acl_refusals_total', 'NOTIFY, UPDATE and transfers no acl allowed.', 'counter', one(counters.aclRefusals)),
    family(
      'internal_errors_total',
      'Answers SERVFAIL for an error of this program.',
      'counter',
      one(counters.internalErrors),
    ),
    family('tcp_connections_total', 'TCP connections taken.', 'counter', one(tcp.accepted)),
    family('tcp_connections', 'TCP connections open.', 'gauge', one(tcp.open)),
    family('tcp_refused_total', 'TCP connections turned away at a limit.', 'counter', one(tcp.refused + tcp.evicted)),
    family('xfr_requests_total', 'Zone transfers by type, direction and result.', 'counter', transfers(node)),
    family(
      'xfr_stalled_total',
      'Transfers in, failed, whose primary stopped sending and left the connection open.',
      'counter',
      one(node.secondary.counters.transfersStalled),
    ),
    family('xfr_bytes_total', 'Octets of transfers.', 'counter', [
      { labels: { direction: 'out' }, value: counters.transferBytes },
      { labels: { direction: 'in' }, value: node.client.counters.transferBytes },
    ]),
    family('notifies_total', 'NOTIFY messages by direction and result.', 'counter', notifies(node)),
    ...probes(node),
    ...outbound(node),
    family('updates_total', 'Dynamic updates by result.', 'counter', updates(node)),
    family(
      'refreshes_failed_total',
      'Rounds of a zone in which no primary helped.',
      'counter',
      one(node.secondary.counters.roundsFailed),
    ),
    family('soa_checks_total', 'SOA queries to primaries by result.', 'counter', checks(node)),
    family(
      'zone_verifications_total',
      'Versions verified before they are served, by check and result.',
      'counter',
      byWords(verifier.verdicts, 'check', 'result'),
    ),
    family(
      'zone_verification_findings_total',
      'What verifying has found, by code; limits are codes too.',
      'counter',
      byWords(verifier.findings, 'code'),
    ),
    family('zone_verification_refusals_total', 'Versions refused for it.', 'counter', one(verifier.refused)),
    family('zone_verification_threads_total', 'Threads that verified, by result.', 'counter', [
      { labels: { result: 'ok' }, value: verifier.onThread - verifier.failed },
      { labels: { result: 'failed' }, value: verifier.failed - verifier.timedOut },
      { labels: { result: 'timeout' }, value: verifier.timedOut },
    ]),
    family('zone_verification_waits_total', 'Versions that waited for such a thread.', 'counter', one(verifier.waited)),
    family('zone_signatures_total', 'Signatures looked at: computed, or known to be good.', 'counter', [
      { labels: { how: 'computed' }, value: verifier.signatures },
      { labels: { how: 'known' }, value: verifier.reused },
    ]),
    family('zone_compactions_total', 'Versions whose overlays were merged, by where and result.', 'counter', [
      { labels: { result: 'here' }, value: compactor.compactions - compactor.onThread },
      { labels: { result: 'on-thread' }, value: compactor.onThread },
      { labels: { result: 'failed' }, value: compactor.failed },
    ]),
    ...schedule(node),
    ...delegationMetrics(node.delegations),
    ...waits(node),
    ...webhooks(node),
    ...events(node),
    ...replication(node),
    ...comparisonMetrics(node.comparisons),
    family('store_commits_total', 'Changes made durable.', 'counter', one(store.commits)),
    family('store_syncs_total', 'Syncs to disk; one serves many commits.', 'counter', one(store.syncs)),
    family('store_syncs_failed_total', 'Syncs that the disk did not take.', 'counter', one(store.syncsFailed)),
  ];
}

function probes({ primary, secondary, replicas }: RunningNode): MetricFamily[] {
  const of = (count: 'probesSent' | 'probesFailed' | 'confirmed') =>
    primary.notifyCounters[count] + secondary.notifyCounters[count];
  return [
    family('replication_probes_total', 'SOA queries to secondaries by result.', 'counter', [
      resultOf('sent', of('probesSent')),
      resultOf('failed', of('probesFailed')),
    ]),
    family('replication_confirmed_total', 'Serials seen served by a secondary.', 'counter', one(of('confirmed'))),
    family(
      'replication_events_total',
      'What happened to serials and secondaries, by kind.',
      'counter',
      Object.entries(replicas.counters.events).map(([kind, value]) => ({ labels: { kind }, value })),
    ),
    family(
      'replication_receipts_unknown_total',
      'Receipts of a zone or a secondary that this node does not know.',
      'counter',
      one(replicas.counters.receiptsUnknown),
    ),
  ];
}

/** What this node asks and tells others. */
function outbound({ client, primary, secondary }: RunningNode): MetricFamily[] {
  const { exchanges, waited, timeouts, retransmissions, ignoredReplies, socketsOpened } = client.counters;
  const of = (what: 'messages' | 'deadRemotes') => primary.notifyWaiting[what] + secondary.notifyWaiting[what];
  return [
    family('notify_waiting', 'Messages to secondaries that wait for their turn.', 'gauge', one(of('messages'))),
    family(
      'dead_remotes',
      'Addresses of secondaries that answer nothing, for whatever zone.',
      'gauge',
      one(of('deadRemotes')),
    ),
    family('exchanges_total', 'Requests to other servers, by what happened to them.', 'counter', [
      resultOf('begun', exchanges),
      resultOf('waited', waited),
      resultOf('sent-again', retransmissions),
      resultOf('timeout', timeouts),
    ]),
    family('udp_sockets_opened_total', 'UDP sockets for such requests.', 'counter', one(socketsOpened)),
    family('ignored_replies_total', 'Datagrams that were no reply to any of them.', 'counter', one(ignoredReplies)),
  ];
}

function waits({ waiting }: RunningNode): MetricFamily[] {
  const { done, timedOut, gone, refused, capped } = waiting.counters;
  return [
    family('change_waits', 'Requests that wait for a change to arrive.', 'gauge', one(waiting.size)),
    family('change_waits_total', 'Such requests that are over, by result; refused: too many waited.', 'counter', [
      resultOf('done', done),
      resultOf('timed-out', timedOut),
      resultOf('gone', gone),
      resultOf('refused', refused),
    ]),
    family('change_waits_capped_total', 'Such requests for longer than is allowed.', 'counter', one(capped)),
  ];
}

function webhooks({ webhooks }: RunningNode): MetricFamily[] {
  const hooks = webhooks.status();
  const alerts = hooks.flatMap(({ id, counters }) =>
    (['delivered', 'dropped', 'expired'] as const).map((result) => ({
      labels: { webhook: id, result },
      value: counters[result],
    })),
  );
  const posts = hooks.flatMap(({ id, counters }) => [
    { labels: { webhook: id, result: 'ok' }, value: counters.accepted },
    { labels: { webhook: id, result: 'failed' }, value: counters.failed },
  ]);
  return [
    family('webhook_alerts_total', 'Alerts for webhooks by what became of them.', 'counter', alerts),
    family('webhook_posts_total', 'Attempts to deliver alerts to webhooks by result.', 'counter', posts),
    family(
      'webhook_alerts_waiting',
      'Alerts that a webhook has not taken yet.',
      'gauge',
      hooks.map(({ id, waiting }) => ({ labels: { webhook: id }, value: waiting })),
    ),
  ];
}

/** What listeners at the control API are told. */
function events(node: RunningNode): MetricFamily[] {
  return [
    family(
      'events_total',
      'Events told to those who listen at /api/v1/events.',
      'counter',
      one(node.events.counters.published),
    ),
    family(
      'event_gaps_total',
      'Listeners that came back after more events than are kept.',
      'counter',
      one(node.events.counters.gaps),
    ),
    family('followed', 'Secondaries whose receipts are followed.', 'gauge', one(node.following.size)),
    family(
      'follow_failures_total',
      'Connections to them that failed or ended.',
      'counter',
      one(node.following.counters.failures),
    ),
    family('receipts_total', 'What they told, by what became of it.', 'counter', [
      { labels: { result: 'taken' }, value: node.following.counters.events - node.following.counters.ignored },
      { labels: { result: 'ignored' }, value: node.following.counters.ignored },
    ]),
    family(
      'zone_digests_total',
      'Digests of zones made to be compared between nodes.',
      'counter',
      one(node.digests.counters.made),
    ),
    family('event_listeners', 'Listeners at /api/v1/events.', 'gauge', one(node.eventStreams.listeners)),
    family('event_listeners_total', 'Listeners at /api/v1/events, by what became of them.', 'counter', [
      { labels: { result: 'opened' }, value: node.eventStreams.counters.opened },
      { labels: { result: 'refused' }, value: node.eventStreams.counters.refused },
      { labels: { result: 'too-slow' }, value: node.eventStreams.counters.tooSlow },
    ]),
  ];
}

function replication({ replicas, history }: RunningNode): MetricFamily[] {
  const { written, dropped, forgotten, rows, stopped } = history.counters;
  return [
    family(
      'replication_serials_forgotten_total',
      'Serials whose times left the memory at a limit.',
      'counter',
      one(replicas.book.forgotten),
    ),
    family('replication_history_entries_total', 'Entries of the history of replication, by result.', 'counter', [
      { labels: { result: 'written' }, value: written },
      { labels: { result: 'dropped' }, value: dropped },
      { labels: { result: 'forgotten' }, value: forgotten },
    ]),
    family('replication_history_rows', 'Rows in its file.', 'gauge', one(rows)),
    family('replication_history_stopped', '1 when its file could not be written or read.', 'gauge', one(stopped)),
  ];
}

function schedule({ site }: RunningNode): MetricFamily[] {
  const { processed, failed, active } = site.schedule.counters;
  const families = [
    family('rounds_total', 'Rounds of refresh, retry and NOTIFY begun by this node, by result.', 'counter', [
      { labels: { result: 'done' }, value: processed },
      { labels: { result: 'failed' }, value: failed },
    ]),
    family('rounds', 'Rounds under way.', 'gauge', one(active)),
  ];
  if (site.bullmq === undefined) return families;
  const link = site.link?.counters;
  const { lost, refused, takenOver } = site.bullmq.counters;
  const up = site.bullmq.redis === 'answers' ? 1 : 0;
  return [
    ...families,
    family('redis_up', '1 while Redis answers and takes writes.', 'gauge', one(up)),
    family('redis_lost_total', 'How often Redis was lost.', 'counter', one(lost)),
    family('redis_refused_total', 'Commands Redis refused while it answered.', 'counter', one(refused)),
    family('site_versions_total', 'Versions of zones through Redis, by what happened.', 'counter', [
      { labels: { result: 'taken' }, value: link?.taken ?? 0 },
      { labels: { result: 'given' }, value: link?.given ?? 0 },
      { labels: { result: 'refused' }, value: link?.refused ?? 0 },
    ]),
    family(
      'site_unanswered_total',
      'Questions to the site without an answer in time: a primary was asked instead.',
      'counter',
      one(link?.unanswered ?? 0),
    ),
    family('site_bytes_total', 'Octets of versions taken from Redis.', 'counter', one(link?.takenBytes ?? 0)),
    family('rounds_taken_over_total', 'Rounds Redis did not hand out in time.', 'counter', one(takenOver)),
  ];
}

function family(name: string, help: string, type: MetricFamily['type'], samples: Iterable<MetricSample>): MetricFamily {
  return { name: `zonewire_${name}`, help, type, samples };
}

function resultOf(result: string, value: number): MetricSample {
  return { labels: { result }, value };
}

function one(value: number): MetricSample[] {
  return [{ value }];
}

function* queries({ queries: byTransport }: Counters): Generator<MetricSample> {
  for (const transport of ['udp', 'tcp'] as const) {
    for (const [index, value] of byTransport[transport].entries()) {
      if (value === 0) continue;
      const type = index === COUNTED_TYPES - 1 ? 'other' : typeToText(index);
      yield { labels: { transport, type }, value };
    }
  }
}

function* byIndex(
  values: Float64Array,
  label: string,
  text: (n: number) => string,
  except?: number,
): Generator<MetricSample> {
  for (const [index, value] of values.entries())
    if (value > 0 && index !== except) yield { labels: { [label]: text(index) }, value };
}

/** Keys are as many words as there are labels. */
function* byWords(values: ReadonlyMap<string, number>, ...labels: string[]): Generator<MetricSample> {
  for (const [key, value] of values) {
    const words = key.split(' ');
    yield { labels: Object.fromEntries(labels.map((label, i) => [label, words[i]])), value };
  }
}

/** RFC 8945 3: 16 means BADSIG here, where as an RCODE it is BADVERS. */
function tsigError(error: number): string {
  return { 16: 'BADSIG', 17: 'BADKEY', 18: 'BADTIME', 22: 'BADTRUNC' }[error] ?? String(error);
}

/** `xfrtype` is what was answered; `any` where it did not come so far. */
function transfers({ transferOut, secondary, nameserver }: RunningNode): MetricSample[] {
  const { transfersRefused: refused } = nameserver.counters;
  const unloaded = refused[RCODE.SERVFAIL];
  const out = transferOut.counters;
  const into = secondary.counters;
  const sample = (xfrtype: string, direction: string, result: string, value: number) => ({
    labels: { xfrtype, direction, result },
    value,
  });
  return [
    sample('axfr', 'out', 'ok', out.axfr),
    sample('ixfr', 'out', 'ok', out.ixfr),
    sample('axfr-style-ixfr', 'out', 'ok', out.axfrStyle),
    sample('ixfr', 'out', 'up-to-date', out.upToDate),
    sample('ixfr', 'out', 'retry-over-tcp', out.retryOverTcp),
    sample('any', 'out', 'malformed', out.malformed),
    sample('any', 'out', 'not-loaded', out.notLoaded + unloaded),
    sample('any', 'out', 'refused', sum(refused) - unloaded),
    sample('any', 'out', 'limit', out.refused),
    sample('any', 'out', 'aborted', out.aborted),
    sample('axfr', 'in', 'ok', into.transfersAxfr),
    sample('ixfr', 'in', 'ok', into.transfersIxfr),
    sample('axfr-style-ixfr', 'in', 'ok', into.transfersAxfrStyle),
    sample('axfr', 'in', 'failed', into.transfersFailedAxfr),
    sample('ixfr', 'in', 'failed', into.transfersFailedIxfr),
  ];
}

function notifies({ primary, secondary, nameserver }: RunningNode): MetricSample[] {
  const answered = nameserver.counters.notifies;
  // A hub tells its secondaries as a primary does.
  const out = (count: 'notifiesSent' | 'notifiesAcknowledged' | 'notifiesFailed') =>
    primary.notifyCounters[count] + secondary.notifyCounters[count];
  return [
    { labels: { direction: 'out', result: 'sent' }, value: out('notifiesSent') },
    { labels: { direction: 'out', result: 'acknowledged' }, value: out('notifiesAcknowledged') },
    { labels: { direction: 'out', result: 'failed' }, value: out('notifiesFailed') },
    { labels: { direction: 'in', result: 'ok' }, value: answered[RCODE.NOERROR] },
    { labels: { direction: 'in', result: 'refused' }, value: sum(answered) - answered[RCODE.NOERROR] },
  ];
}

function updates({ primary, nameserver }: RunningNode): MetricSample[] {
  const { changed, unchanged } = primary.updateCounters;
  const { updates: answered } = nameserver.counters;
  return [
    { labels: { result: 'changed' }, value: changed },
    { labels: { result: 'unchanged' }, value: unchanged },
    ...byIndex(answered, 'result', rcodeToText, RCODE.NOERROR),
  ];
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}

function checks({ secondary }: RunningNode): MetricSample[] {
  const { checks: all, checksFailed } = secondary.counters;
  return [
    { labels: { result: 'answered' }, value: all - checksFailed },
    { labels: { result: 'failed' }, value: checksFailed },
  ];
}
