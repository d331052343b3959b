/**
 * Node says once a start that node:ffi is experimental; which Node runs is pinned, and operators can do nothing about it.
 * Every other warning is printed as Node words it.
 */
export function silenceExperiments(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`zonewire: ${warning.stack ?? warning.message}\n`);
  });
}
