/** Prometheus text exposition format 0.0.4, written straight from the node's own numbers: no registry holds a label set per zone. */

export interface MetricFamily {
  /** With the prefix and, for counters, the suffix `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: Iterable<MetricSample>;
}

export interface MetricSample {
  /** Or as {@link labelText} makes them, where several samples share them. */
  readonly labels?: Readonly<Record<string, string>> | string;
  readonly value: number;
}

export function* exposition(families: Iterable<MetricFamily>): Generator<string> {
  for (const { name, help, type, samples } of families) {
    yield `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const { labels = '', value } of samples)
      yield `${name}${typeof labels === 'string' ? labels : labelText(labels)} ${value}\n`;
  }
}

export function labelText(labels: Readonly<Record<string, string>>): string {
  let text = '';
  for (const key in labels) text += `${text === '' ? '{' : ','}${key}="${escapeLabel(labels[key])}"`;
  return text === '' ? '' : `${text}}`;
}

const SPECIAL = /[\\"\n]/;

function escapeLabel(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
