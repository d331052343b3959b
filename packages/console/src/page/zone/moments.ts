/** The moments of a serial at a secondary, in their order. */
export const MOMENTS = [
  { key: 'notifiedAt', word: 'notified' },
  { key: 'acknowledgedAt', word: 'acknowledged' },
  { key: 'transferredAt', word: 'transferred' },
  { key: 'verifiedAt', word: 'verified' },
  { key: 'answeredAt', word: 'answered' },
] as const;
