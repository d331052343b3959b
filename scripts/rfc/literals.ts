/** A string literal of a source file, with the code before it: from which it follows whether it is a test's name. */
export interface Literal {
  readonly text: string;
  /** The code before it without blanks, comments and earlier strings; its last 40 characters. */
  readonly before: string;
}

/**
 * The string literals of TypeScript source, in order. Of templates the text between `${}` is kept. Knows comments and regular
 * expressions well enough for sources that a formatter has written.
 */
export function literalsOf(source: string): Literal[] {
  const literals: Literal[] = [];
  let before = '';
  let at = 0;
  const take = (text: string, end: number) => {
    literals.push({ text, before: before.slice(-40) });
    before += 'S';
    at = end;
  };
  while (at < source.length) {
    const char = source[at];
    const two = source.slice(at, at + 2);
    if (two === '//') at = endOf(source, '\n', at);
    else if (two === '/*') at = endOf(source, '*/', at + 2);
    else if (char === "'" || char === '"') {
      const end = endOfQuoted(source, at, char);
      take(unescaped(source.slice(at + 1, end - 1)), end);
    } else if (char === '`') {
      const end = endOfTemplate(source, at);
      take(unescaped(source.slice(at + 1, end - 1).replace(/\$\{[^}]*\}/g, '…')), end);
    } else if (char === '/' && /[(,=:[!&|?{};]$|\breturn$|^$/.test(before)) {
      at = endOfRegExp(source, at);
      before += 'R';
    } else {
      if (/\S/.test(char)) before += char;
      at++;
    }
  }
  return literals;
}

function endOf(source: string, what: string, from: number): number {
  const found = source.indexOf(what, from);
  return found < 0 ? source.length : found + what.length;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfTemplate(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== '`') {
    if (source[at] === '\\') at += 2;
    else if (source.startsWith('${', at)) at = endOfSubstitution(source, at + 2);
    else at++;
  }
  return at + 1;
}

function endOfSubstitution(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length && depth > 0) {
    const char = source[at];
    if (char === "'" || char === '"') at = endOfQuoted(source, at, char);
    else if (char === '`') at = endOfTemplate(source, at);
    else {
      if (char === '{') depth++;
      else if (char === '}') depth--;
      at++;
    }
  }
  return at;
}

function endOfRegExp(source: string, start: number): number {
  let at = start + 1;
  let inClass = false;
  while (at < source.length && source[at] !== '\n') {
    if (source[at] === '\\') at++;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    else if (source[at] === '/' && !inClass) return at + 1;
    at++;
  }
  return at;
}

function unescaped(text: string): string {
  return text.replace(/\\(['"`\\])/g, '$1').replace(/\s+/g, ' ');
}
