/** A node whose control API can be asked for an answer that goes on. */
export interface OpensEvents {
  open(path: string, init?: RequestInit): Promise<Response>;
}

export interface EventsWanted {
  /** Of the query: kinds, with commas. Default: all. */
  readonly kind?: string;
  /** What came after this id is sent again first. Default: only what comes from now on. */
  readonly after?: number;
}

/** Listens to the events of a node (`/api/v1/events`), until it is closed. */
export class EventListener<Event> {
  /** What came so far, in order. */
  readonly heard: Event[] = [];
  readonly #reader: ReadableStreamDefaultReader<string>;

  private constructor(response: Response) {
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    void this.#read();
  }

  /** Resolves when the node has begun to answer: what happens from then on is heard. */
  static async of<Event>(node: OpensEvents, { kind, after }: EventsWanted = {}): Promise<EventListener<Event>> {
    const headers: Record<string, string> = after === undefined ? {} : { 'Last-Event-ID': String(after) };
    const query = kind === undefined ? '' : `?${new URLSearchParams({ kind })}`;
    return new EventListener(await node.open(`/api/v1/events${query}`, { headers }));
  }

  /** A stream that breaks before it is closed here is an error of its own, which fails the test run. */
  async #read(): Promise<void> {
    let text = '';
    for (let { done, value } = await this.#reader.read(); !done; { done, value } = await this.#reader.read()) {
      const blocks = (text + value).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) this.heard.push(JSON.parse(data) as Event);
      }
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }
}
