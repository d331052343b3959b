import { type TextPlace, TextProblem } from './text-problem.ts';

/** Kinds of token. END is the end of an entry: a line end outside parentheses, or the end of the text. */
export const END: number = 0;
export const WORD: number = 1;
export const QUOTED: number = 2;

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;

/** 1: the octet ends a word; 2: backslash. */
const WORD_STOP = new Uint8Array(256);
for (const c of [TAB, NEWLINE, RETURN, SPACE, QUOTE, OPEN, CLOSE, SEMICOLON]) WORD_STOP[c] = 1;
WORD_STOP[BACKSLASH] = 2;

/**
 * Tokens of master file text (RFC 1035 5.1), over its octets, without an object per token: the current token is in the
 * fields. A reader looks at the current token, takes it, and calls {@link next}; so a refusal always points at the token it
 * is about. Parentheses, comments and line ends (LF, CRLF, CR) are dealt with here.
 */
export class TokenScanner {
  readonly bytes: Uint8Array;
  /** One of END, WORD, QUOTED. */
  kind: number = END;
  /** The token is `bytes[start..stop)`, escapes not undone, quotes not included. */
  start = 0;
  stop = 0;
  /** The token has a backslash in it. */
  escaped = false;
  /** Line of the token, from 1, and where that line starts. */
  line = 1;
  lineStart = 0;
  /** True when the entry's first character is a blank: its owner is omitted. */
  leadingBlank = false;

  private at: number;
  private readonly end: number;
  private atLine: number;
  private atLineStart: number;
  private depth = 0;
  private opened: TextPlace | undefined;
  private entryEnded = false;
  /** On the way to the end of an entry that is given up: problems are not thrown. */
  private skipping = false;
  private unclosed: TextProblem | undefined;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.atLine = 1;
    this.atLineStart = start;
  }

  /** True when nothing is left after the current token. */
  get atEnd(): boolean {
    return this.at >= this.end;
  }

  /** Where the current token starts, quote included. */
  get place(): TextPlace {
    return {
      line: this.line,
      lineStart: this.lineStart,
      offset: this.kind === QUOTED ? this.start - 1 : this.start,
    };
  }

  /** Where the parenthesis stands that is still open, if one is. */
  get openParenthesis(): TextPlace | undefined {
    return this.depth > 0 ? this.opened : undefined;
  }

  /** Moves to the first token of the next entry, which is END for an empty line. */
  startEntry(): void {
    const c = this.at < this.end ? this.bytes[this.at] : NEWLINE;
    this.leadingBlank = c === SPACE || c === TAB;
    this.entryEnded = false;
    this.next();
  }

  /** Moves to the next token. Throws TextProblem for quotes and parentheses that do not match. */
  next(): void {
    const { bytes, end } = this;
    let at = this.at;
    /** Where the entry ends when its line does: at the comment, if there is one. */
    let entryEnd = -1;
    for (;;) {
      if (at >= end) {
        this.endOfText(entryEnd < 0 ? end : entryEnd);
        return;
      }
      const c = bytes[at];
      if (c === SPACE || c === TAB) {
        at++;
      } else if (WORD_STOP[c] !== 1) {
        this.word(at);
        return;
      } else if (c === NEWLINE || c === RETURN) {
        const after = c === RETURN && at + 1 < end && bytes[at + 1] === NEWLINE ? at + 2 : at + 1;
        if (this.depth === 0) {
          if (entryEnd < 0) entryEnd = at;
          this.set(END, entryEnd, entryEnd);
          this.newLine(after);
          this.entryEnded = true;
          return;
        }
        this.newLine(after);
        at = after;
        entryEnd = -1;
      } else if (c === SEMICOLON) {
        entryEnd = at++;
        while (at < end && bytes[at] !== NEWLINE && bytes[at] !== RETURN) at++;
      } else if (c === QUOTE) {
        this.quoted(at);
        return;
      } else if (c === OPEN) {
        if (this.depth++ === 0) this.opened = this.placeAt(at);
        at++;
      } else {
        if (this.depth === 0) {
          this.at = ++at;
          if (this.skipping) continue;
          const reason = 'a ")" without a "(" before it; remove it, or write it as "\\)"';
          throw new TextProblem('paren-not-open', reason, this.placeAt(at - 1));
        }
        this.depth--;
        at++;
      }
    }
  }

  /**
   * Reads the current word again as `key=value` of SVCB (RFC 9460 2.1), where the value may be in quotes: the token then
   * reaches to the closing quote.
   * @returns the offset of the `=`, or `stop` when there is none.
   */
  rescanPair(): number {
    const { bytes } = this;
    let equals = this.start;
    while (equals < this.stop && bytes[equals] !== 0x3d) equals++;
    if (equals === this.stop - 1 && this.at < this.end && this.at === this.stop && bytes[this.at] === QUOTE) {
      const { start } = this;
      this.quoted(this.at);
      this.kind = WORD;
      this.start = start;
      this.stop = this.at;
    }
    return equals;
  }

  /**
   * After a problem: moves behind the end of the current entry; what else is wrong in it is not said.
   * @returns the problem of the parenthesis that swallowed the rest of the text, if there is one: the cause of all others
   */
  skipEntry(): TextProblem | undefined {
    this.skipping = true;
    while (!this.entryEnded) this.next();
    this.skipping = false;
    const { unclosed } = this;
    this.unclosed = undefined;
    return unclosed;
  }

  private word(start: number): void {
    const { bytes, end } = this;
    let at = start;
    let escaped = false;
    for (;;) {
      const stop = at < end ? WORD_STOP[bytes[at]] : 1;
      if (stop === 0) {
        at++;
      } else if (stop === 1) {
        break;
      } else {
        escaped = true;
        at++;
        // The escaped octet belongs to the word, unless the line ends there.
        if (at < end && bytes[at] !== NEWLINE && bytes[at] !== RETURN) at++;
      }
    }
    this.set(WORD, start, at);
    this.escaped = escaped;
    this.at = at;
  }

  private quoted(quote: number): void {
    const { bytes, end } = this;
    let at = quote + 1;
    let escaped = false;
    for (; at < end; at++) {
      const c = bytes[at];
      if (c === QUOTE) {
        this.set(QUOTED, quote + 1, at);
        this.escaped = escaped;
        this.at = at + 1;
        return;
      }
      if (c === BACKSLASH) {
        escaped = true;
        at++;
      }
      if (at < end && (bytes[at] === NEWLINE || bytes[at] === RETURN)) break;
    }
    this.at = Math.min(at, end);
    this.set(QUOTED, quote + 1, this.at);
    if (this.skipping) return;
    throw new TextProblem(
      'quote-not-closed',
      "the quoted string that starts here is not closed on this line; close it with '\"', and write a line end inside as \\010",
      this.placeAt(quote),
    );
  }

  private endOfText(entryEnd: number): void {
    this.at = this.end;
    this.set(END, entryEnd, entryEnd);
    this.entryEnded = true;
    if (this.depth === 0) return;
    this.depth = 0;
    const reason = 'the "(" here is never closed; write ")" where its record ends';
    this.unclosed = new TextProblem('paren-not-closed', reason, this.opened);
    if (!this.skipping) throw this.unclosed;
  }

  private set(kind: number, start: number, stop: number): void {
    this.kind = kind;
    this.start = start;
    this.stop = stop;
    this.line = this.atLine;
    this.lineStart = this.atLineStart;
  }

  private newLine(at: number): void {
    this.at = at;
    this.atLine++;
    this.atLineStart = at;
  }

  private placeAt(offset: number): TextPlace {
    return { line: this.atLine, lineStart: this.atLineStart, offset };
  }
}
