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

/** Lines in one block of text: joined at once they are one flat string, where adding one to the other makes a tree of pieces. */
const BLOCK = 128;

/** In blocks of lines. */
export function* exposition(families: Iterable<MetricFamily>): Generator<string> {
  for (const { name, help, type, samples } of families) {
    yield `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    let block: (string | number)[] = [];
    for (const { labels = '', value } of samples) {
      block.push(name, typeof labels === 'string' ? labels : labelText(labels), ' ', value, '\n');
      if (block.length < 5 * BLOCK) continue;
      yield block.join('');
      block = [];
    }
    if (block.length > 0) yield block.join('');
  }
}

/** A sample for each number; NaN: there is none. */
export function* columnSamples(labels: readonly string[], values: readonly number[]): Generator<MetricSample> {
  for (let i = 0; i < labels.length; i++) if (!Number.isNaN(values[i])) yield { labels: labels[i], value: values[i] };
}

export function labelText(labels: Readonly<Record<string, string>>): string {
  const text: string[] = [];
  for (const key in labels) text.push(text.length === 0 ? '{' : ',', key, '="', escapeLabel(labels[key]), '"');
  if (text.length > 0) text.push('}');
  return text.join('');
}

const SPECIAL = /[\\"\n]/;

function escapeLabel(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
