#!/usr/bin/env node
// The `zonewire` command. Zonewire runs on Node 26, which npm installs beside it; whatever Node this was started with
// hands over to that one.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { keepHeapSmall } from './small-heap.mjs';

const NEEDED = 26;

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  keepHeapSmall();
  // Sources run without a build; what Node made of them is kept for the next start. Not in /tmp, where others could write it.
  module.enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/zonewire', import.meta.url)));
  // Most of what a change runs through is run too seldom to be optimised: compiled simply, at once, it takes less time.
  setFlagsFromString('--always-sparkplug');
  // A node changes seldom: what it once compiled it keeps, however long ago that was.
  setFlagsFromString('--no-flush-bytecode');
  const { main, silenceExperiments } = await import('../src/main.ts');
  silenceExperiments();
  // Not process.exit: what is still on its way to a pipe would be lost.
  process.exitCode = await main(process.argv.slice(2));
} else {
  handOver();
}

function handOver() {
  const own = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(own)) {
    console.error(
      `zonewire: this is Node ${process.versions.node}, Zonewire needs Node ${NEEDED}, and there is none in ${own}: run "npm ci" in the repository first`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(own, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`zonewire: cannot start ${own}: ${error.message}`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
