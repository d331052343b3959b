export * from './access.ts';
export * from './ports.ts';
export * from './status.ts';
export * from './zone-handler.ts';
export * from './zone-table.ts';
