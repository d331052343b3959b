import type { Name } from '@zonewire/shared-protocol';
import { type DelegationSources, gatherFacts } from './ask/gather.ts';
import type { QuestionPorts } from './ask/questions.ts';
import { judge } from './findings/judge.ts';
import type { DelegationReport } from './model.ts';

/** One check of one zone: asks, then judges. Takes as long as `ports.limits.time` at most. */
export async function checkDelegation(
  zone: Name,
  sources: DelegationSources,
  ports: QuestionPorts,
): Promise<DelegationReport> {
  return judge(await gatherFacts(zone, sources, ports));
}
