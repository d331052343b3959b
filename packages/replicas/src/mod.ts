export type { Health, HealthState, Moment, ReceiptFacts, ReplicaEvent } from './model.ts';
