export { openMemoryStore } from './memory/memory-store.ts';
export * from './port.ts';
export { openZoneStore } from './sqlite/sqlite-store.ts';
