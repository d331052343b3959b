export interface SseEvent {
  /** `message` where the sender named none. */
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** Characters of one event, its comments included; a sender that sends more of one is cut off. */
export const SSE_EVENT_MAX = 256 * 1024;

/** Reads server-sent events (WHATWG HTML 9.2.6) from pieces of text as they come. */
export class SseReader {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id: string | undefined;
  #size = 0;

  /** The last id that was sent, with an event or without. */
  get lastId(): string | undefined {
    return this.#id;
  }

  /** Events that are complete now. @throws Error when one is longer than {@link SSE_EVENT_MAX} */
  push(piece: string): SseEvent[] {
    const events: SseEvent[] = [];
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        const event = this.#complete();
        if (event !== undefined) events.push(event);
      } else this.#line(line);
    }
    if (this.#size + this.#rest.length > SSE_EVENT_MAX)
      throw new Error(`it sent an event of more than ${SSE_EVENT_MAX} characters`);
    return events;
  }

  #line(line: string): void {
    this.#size += line.length;
    if (this.#size > SSE_EVENT_MAX) throw new Error(`it sent an event of more than ${SSE_EVENT_MAX} characters`);
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
  }

  #complete(): SseEvent | undefined {
    const [event, data] = [this.#event, this.#data];
    this.#event = '';
    this.#data = [];
    this.#size = 0;
    if (data.length === 0) return undefined;
    const id = this.#id === undefined ? {} : { id: this.#id };
    return { event: event === '' ? 'message' : event, data: data.join('\n'), ...id };
  }
}
