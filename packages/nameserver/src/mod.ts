export * from './access.ts';
export * from './client/client-counters.ts';
export * from './client/dns-client.ts';
export type { OutboundRequest } from './client/outbound-request.ts';
export * from './ports.ts';
export * from './status.ts';
export * from './zone-handler.ts';
export * from './zone-table.ts';
