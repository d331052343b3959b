/** Prometheus text exposition format 0.0.4, written straight from the node's own numbers: no registry holds a label set per zone. */

export interface MetricFamily {
  /** With the prefix and, for counters, the suffix `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: Iterable<MetricSample>;
}

export interface MetricSample {
  /** Or as text with its braces, where several samples share them. */
  readonly labels?: Readonly<Record<string, string>> | string;
  readonly value: number;
}

/** Lines in one block of text. */
const BLOCK = 128;

/** In blocks of lines. */
export function* exposition(families: Iterable<MetricFamily>): Generator<string> {
  for (const { name, help, type, samples } of families) {
    let block = `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    let lines = 0;
    for (const { labels = '', value } of samples) {
      block += `${name}${typeof labels === 'string' ? labels : labelText(labels)} ${value}\n`;
      if (++lines % BLOCK !== 0) continue;
      yield block;
      block = '';
    }
    if (block !== '') yield block;
  }
}

/** A sample for each number; NaN: there is none. */
export function* columnSamples(labels: readonly string[], values: readonly number[]): Generator<MetricSample> {
  for (let i = 0; i < labels.length; i++) if (!Number.isNaN(values[i])) yield { labels: labels[i], value: values[i] };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const SPECIAL = /[\\"\n]/;

/** As it stands between quotes. */
export function escapeLabel(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
