export type { ConfiguredParent } from './ask/descent.ts';
export { type DelegationSources, gatherFacts } from './ask/gather.ts';
export type { QuestionPorts } from './ask/questions.ts';
export { checkDelegation } from './check.ts';
export { delegationDocument } from './findings/document.ts';
export { judge } from './findings/judge.ts';
export { DELEGATION_FINDINGS, type FindingName } from './findings/registry.ts';
export { DEFAULT_DELEGATION_LIMITS, type DelegationLimits, type LimitName } from './limits.ts';
export * from './model.ts';
