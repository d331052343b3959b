import { TextProblem } from '../rdata/text-problem.ts';

/** `${offset,width,base}`: what stands for the value in a template. */
interface Placeholder {
  readonly offset: number;
  readonly width: number;
  readonly base: string;
}

/** Text and placeholders in their order. */
export type Template = readonly (string | Placeholder)[];

/** A record has no longer text than this; also bounds what one short template can make of a width. */
const MAX_WIDTH = 255;
const MAX_VALUE = 0x7fff_ffff;

/**
 * Reads a template of $GENERATE: `$` is the value, `${offset[,width[,base]]}` the value plus offset in base d, o, x, X, or n, N
 * (nibbles, lowest first, a dot behind each), filled with zeros up to `width`; `$$` and `\$` are a dollar sign.
 */
export function compileTemplate(text: string): Template {
  const parts: (string | Placeholder)[] = [];
  let literal = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') {
      literal += c + (text[++i] ?? '');
    } else if (c !== '$') {
      literal += c;
    } else if (text[i + 1] === '$') {
      literal += '\\$';
      i++;
    } else {
      parts.push(literal);
      literal = '';
      const close = text[i + 1] === '{' ? text.indexOf('}', i) : i;
      parts.push(placeholder(text.slice(i, close < 0 ? text.length : close + 1)));
      i = close < 0 ? text.length : close;
    }
  }
  parts.push(literal);
  return parts.filter((part) => part !== '');
}

function placeholder(text: string): Placeholder {
  if (text === '$') return { offset: 0, width: 0, base: 'd' };
  const parts = /^\$\{([+-]?\d{1,10})(?:,(\d{1,10})(?:,([doxXnN]))?)?\}$/.exec(text);
  if (parts === null || Number(parts[2] ?? 0) > MAX_WIDTH)
    throw new TextProblem(
      'generate-template',
      `${JSON.stringify(text)} is not \${offset,width,base} with a width up to ${MAX_WIDTH} and base d o x X n or N`,
    );
  return { offset: Number(parts[1]), width: Number(parts[2] ?? 0), base: parts[3] ?? 'd' };
}

export function expandTemplate(template: Template, value: number): string {
  let text = '';
  for (const part of template) text += typeof part === 'string' ? part : valueText(part, value);
  return text;
}

function valueText({ offset, width, base }: Placeholder, value: number): string {
  const number = value + offset;
  if (Math.abs(number) > MAX_VALUE)
    throw new TextProblem('generate-template', `the value with its offset, ${number}, is out of range`);
  switch (base) {
    case 'd':
      return number < 0 ? `-${String(-number).padStart(width - 1, '0')}` : String(number).padStart(width, '0');
    case 'o':
      return (number >>> 0).toString(8).padStart(width, '0');
    case 'x':
      return (number >>> 0).toString(16).padStart(width, '0');
    case 'X':
      return (number >>> 0).toString(16).toUpperCase().padStart(width, '0');
    default: {
      const text = nibbles(number >>> 0, width);
      return base === 'N' ? text.toUpperCase() : text;
    }
  }
}

/** Hex digits from the lowest, dots between them; the width counts digits and dots, and an even one ends in a dot (BIND). */
function nibbles(value: number, width: number): string {
  let text = '';
  do {
    text += (value & 15).toString(16);
    value >>>= 4;
    width--;
    if (width > 0 || value !== 0) {
      text += '.';
      width--;
    }
  } while (value !== 0 || width > 0);
  return text;
}
