import type { Command } from './command.ts';
import { configCheck, configSchemaCommand } from './config.ts';
import { delegationCheck } from './delegation.ts';
import { keyNew } from './key.ts';
import { lag } from './lag.ts';
import { nodeStatus } from './node.ts';
import { run } from './run.ts';
import { wait } from './wait.ts';
import { zoneActions, zoneExport, zoneList, zoneReload, zoneStatus } from './zone.ts';
import { zoneCheck } from './zone-check.ts';
import { zoneCompare } from './zone-compare.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  run,
  configCheck,
  configSchemaCommand,
  zoneList,
  zoneStatus,
  zoneCheck,
  zoneReload,
  ...zoneActions,
  zoneExport,
  zoneCompare,
  lag,
  wait,
  nodeStatus,
  delegationCheck,
  keyNew,
];
