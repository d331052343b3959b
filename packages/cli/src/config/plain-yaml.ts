/**
 * The YAML that most configurations are written in, read thirty times as fast as all of YAML: block maps with plain keys, block lists,
 * flow lists and maps on one line, plain scalars, quotes without escapes, comments. Whatever else stands there (anchors, tags, block
 * scalars, documents, tabs, a key twice, anything wrong) gives `undefined`: a parser of all of YAML has to say what it is.
 */
export function readPlainYaml(text: string): unknown {
  if (FOREIGN.test(text)) return undefined;
  try {
    return new PlainYaml(linesOf(text)).read();
  } catch (error) {
    if (error === OTHER) return undefined;
    throw error;
  }
}

/** Thrown where the text is not in this part of YAML. */
const OTHER = Symbol('not plain YAML');

function other(): never {
  throw OTHER;
}

/** Tabs, carriage returns, control characters, what some readers take for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for.
const FOREIGN = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
const KEY = /^([A-Za-z][\w-]*):(?: +(.+))?$/;
const FLOW_KEY = /([A-Za-z][\w-]*): +/y;
const QUOTED = /"([^"\\]*)"|'([^']*)'/y;
/** Up to what ends a scalar in a flow list or map. */
const FLOW_PLAIN = /[^,[\]{}"']+/y;
/** What can be nothing else: no sign of YAML at its start, no colon at its end or before a space, no comment. */
const PLAIN = /^[\w./](?:[\w./:+=%*@-]*[\w./+=%*@-])?$/;
const WORDS = /^[A-Za-z][\w./-]*(?: [\w./-]+)*$/;
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/;
/** Scalars that are no text, or are one only to some readers (YAML 1.2.2 10.3.2). */
const TYPED = /^(?:null|true|false|0o[0-7]+|0x[\da-f]+|\d+|(?:\.\d+|\d+(?:\.\d*)?)(?:e[-+]?\d+)?|\.inf|\.nan)$/i;
/** Deeper than any configuration is. */
const MAX_DEPTH = 20;

interface Line {
  indent: number;
  text: string;
}

/** Lines that say something, without their comments. */
function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split('\n')) {
    const said = line.includes('#') ? withoutComment(line) : line;
    const trimmed = said.trimStart();
    if (trimmed !== '') lines.push({ indent: said.length - trimmed.length, text: trimmed.trimEnd() });
  }
  return lines;
}

function withoutComment(line: string): string {
  const [before] = line.split(/(?:^|\s)#/, 1);
  // What is in quotes, or part of a word, is no comment; nothing else that is read here holds the sign.
  return before === line || (before.includes("'") && before.includes('"')) || !isEven(before, /["']/g)
    ? other()
    : before;
}

function isEven(text: string, quote: RegExp): boolean {
  return (text.match(quote)?.length ?? 0) % 2 === 0;
}

class PlainYaml {
  readonly #lines: readonly Line[];
  #at = 0;
  #depth = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  read(): unknown {
    if (this.#lines.length === 0 || this.#lines[0].indent !== 0) other();
    const value = this.#block();
    return this.#at < this.#lines.length ? other() : value;
  }

  /** The map or list that begins at this line. */
  #block(): unknown {
    if (++this.#depth > MAX_DEPTH) other();
    const { indent, text } = this.#lines[this.#at];
    const value = text.startsWith('- ') ? this.#list(indent) : this.#map(indent);
    this.#depth--;
    return value;
  }

  #list(indent: number): unknown[] {
    const list: unknown[] = [];
    let line = this.#lines[this.#at];
    for (; line?.indent === indent && line.text.startsWith('- '); line = this.#lines[this.#at]) {
      const text = line.text.slice(2).trimStart();
      if (KEY.test(text) || text.startsWith('- ')) {
        // A map or list in the list begins on its line.
        line.indent += line.text.length - text.length;
        line.text = text;
        list.push(this.#block());
      } else {
        this.#at++;
        list.push(inline(text));
      }
    }
    return this.#ended(indent, list);
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    let line = this.#lines[this.#at];
    for (; line?.indent === indent; line = this.#lines[this.#at]) {
      // The list that a key of the map around it holds may stand as far to the left as that key.
      if (line.text.startsWith('- ')) break;
      const [, key, text] = KEY.exec(line.text) ?? other();
      if (Object.hasOwn(map, key)) other();
      this.#at++;
      map[key] = text === undefined ? this.#below(indent) : inline(text);
    }
    return this.#ended(indent, map);
  }

  /** The value of a key behind which its line ends. */
  #below(indent: number): unknown {
    const next = this.#lines[this.#at];
    if (next === undefined || next.indent < indent) return null;
    if (next.indent > indent) return this.#block();
    return next.text.startsWith('- ') ? this.#list(indent) : null;
  }

  /** Behind a map or list nothing stands further to the right: that would go on with its last line. */
  #ended<T>(indent: number, value: T): T {
    return (this.#lines[this.#at]?.indent ?? 0) > indent ? other() : value;
  }
}

/** What stands behind a key or a dash, on the same line. */
function inline(text: string): unknown {
  const first = text[0];
  if (first !== '[' && first !== '{' && first !== '"' && first !== "'") return scalar(text);
  const flow = new Flow(text);
  const value = flow.value(0);
  return flow.isOver ? value : other();
}

function scalar(text: string): unknown {
  if (NUMBER.test(text)) return Number(text);
  if (!PLAIN.test(text) && !WORDS.test(text)) other();
  if (!TYPED.test(text)) return text;
  return text === 'true' || text === 'false' ? text === 'true' : other();
}

/** Lists and maps in brackets. */
class Flow {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isOver(): boolean {
    return this.#at === this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) other();
    const first = this.#text[this.#at];
    if (first === '[') return this.#list(depth);
    if (first === '{') return this.#map(depth);
    if (first === '"' || first === "'") {
      const [, double, single] = this.#match(QUOTED);
      return double ?? single;
    }
    return scalar(this.#match(FLOW_PLAIN)[0].trimEnd());
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = [];
    this.#entries(']', () => list.push(this.value(depth + 1)));
    return list;
  }

  #map(depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    this.#entries('}', () => {
      const [, key] = this.#match(FLOW_KEY);
      if (Object.hasOwn(map, key)) other();
      map[key] = this.value(depth + 1);
    });
    return map;
  }

  #entries(close: string, entry: () => void): void {
    this.#at++;
    this.#spaces();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      entry();
      this.#spaces();
      const next = this.#text[this.#at++];
      if (next === close) return;
      if (next !== ',') other();
      this.#spaces();
    }
  }

  #spaces(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? other();
    this.#at = pattern.lastIndex;
    return match;
  }
}
