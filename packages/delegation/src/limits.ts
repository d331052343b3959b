/** What one check may cost, whatever the answers say. */
export interface DelegationLimits {
  /** Name servers of the delegation and the zone that are looked at. */
  readonly nameServers: number;
  /** Addresses of them that are asked. */
  readonly addresses: number;
  /** Addresses of the parent's servers that are asked. */
  readonly parentAddresses: number;
  /** Zones walked through from a configured parent, and names resolved to resolve a name. */
  readonly depth: number;
  /** Records of one RRset that are read. */
  readonly records: number;
  /** Questions asked in one check, retransmissions not counted. */
  readonly questions: number;
  /** Questions under way at once. */
  readonly atOnce: number;
  /** ms for one question, with its retransmission and TCP. */
  readonly questionTime: number;
  /** ms for one check. */
  readonly time: number;
}

export type LimitName = 'nameServers' | 'addresses' | 'parentAddresses' | 'depth' | 'records' | 'questions' | 'time';

export const DEFAULT_DELEGATION_LIMITS: DelegationLimits = {
  nameServers: 32,
  addresses: 64,
  parentAddresses: 32,
  depth: 16,
  records: 64,
  questions: 1_000,
  atOnce: 16,
  questionTime: 3_000,
  time: 60_000,
};

/** In the words of a finding. */
export const LIMIT_WORDS: Readonly<Record<LimitName, (limit: number) => string>> = {
  nameServers: (limit) => `only the first ${limit} name servers were looked at`,
  addresses: (limit) => `only the first ${limit} addresses of name servers were asked`,
  parentAddresses: (limit) => `only the first ${limit} addresses of the parent's servers were asked`,
  depth: (limit) => `more than ${limit} zones or names had to be followed to find a server`,
  records: (limit) => `only the first ${limit} records of an answer were read`,
  questions: (limit) => `the check ended after ${limit} questions`,
  time: (limit) => `the check ended after ${limit / 1000} s`,
};
