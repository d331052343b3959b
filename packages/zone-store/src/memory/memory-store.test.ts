import { zoneStoreSuite } from '../zone-store-suite.ts';
import { openMemoryStore } from './memory-store.ts';

zoneStoreSuite(
  'memory',
  async () => openMemoryStore(),
  async (store) => store,
);
