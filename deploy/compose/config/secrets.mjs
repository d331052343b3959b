// Makes what the nodes share, unless it is there: the TSIG key of transfers, and the control API's token.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';

const folder = '/var/lib/zonewire';
const make = (name, text) => {
  const file = `${folder}/${name}`;
  if (existsSync(file)) return;
  writeFileSync(file, text(), { mode: 0o600 });
  console.log(`made ${name}`);
};
make('xfr.key', () => execFileSync(process.execPath, ['/zonewire/zonewire.mjs', 'key', 'new', 'xfr.example.']));
make('token', () => randomBytes(32).toString('base64url'));
