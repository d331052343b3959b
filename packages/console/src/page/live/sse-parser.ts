/** One event of a stream (WHATWG HTML 9.2.6). */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Longer lines than any event of ours: a stream that sends none is not one, and must not fill the memory. */
const LINE_LIMIT = 1024 * 1024;

/**
 * Takes text as it comes and gives whole events. A browser's EventSource does the same, but cannot send the token.
 * @throws Error when a line or an event is longer than 1 MiB
 */
export class SseParser {
  /** Of the last event that had one: where to go on after a break. */
  lastId: string | undefined;
  #rest = '';
  #event = '';
  #data: string[] = [];
  #size = 0;

  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    // A CR at the end may be half of a CRLF.
    const all = this.#rest + text;
    const end = all.endsWith('\r') ? all.length - 1 : all.length;
    const lines = all.slice(0, end).split(/\r\n|\r|\n/);
    this.#rest = lines.pop()! + all.slice(end);
    if (this.#rest.length > LINE_LIMIT) throw new Error('a line of the event stream is too long');
    for (const line of lines) {
      const event = this.#line(line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.lastId = value;
    else if (field === 'data') {
      this.#size += value.length;
      if (this.#size > LINE_LIMIT) throw new Error('an event of the stream is too long');
      this.#data.push(value);
    }
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    this.#size = 0;
    return empty ? undefined : event;
  }
}
