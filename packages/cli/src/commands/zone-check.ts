import type { Command } from './command.ts';
export const zoneCheck: Command = {
  name: 'zone check',
  summary: 'check a zone file',
  arguments: '[FILE|ZONE]',
  options: {},
  example: 'x',
  async run() {
    return 0;
  },
};
