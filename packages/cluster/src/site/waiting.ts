import type { Clock } from '@zonewire/nameserver';

interface Question<T> {
  /** Answers that may still come; undefined until it is known how many were asked. */
  expected: number | undefined;
  none: number;
  readonly answer: Promise<T | undefined>;
  readonly settle: (answer: T | undefined) => void;
}

/** Questions to all nodes of the site: settled by the first that knows, when all say no, or after a while. */
export class Waiting<T> {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #timedOut: () => void;
  readonly #questions = new Map<string, Question<T>>();

  /** `timeout`: ms; `timedOut` is called for every question that nobody has settled by then. */
  constructor(clock: Clock, timeout: number, timedOut: () => void) {
    this.#clock = clock;
    this.#timeout = timeout;
    this.#timedOut = timedOut;
  }

  answer(about: string): Promise<T | undefined> {
    const asked = this.#questions.get(about);
    if (asked !== undefined) return asked.answer;
    let resolve: (answer: T | undefined) => void = () => {};
    const answer = new Promise<T | undefined>((settle) => (resolve = settle));
    const timer = this.#clock.setTimeout(() => {
      this.#timedOut();
      question.settle(undefined);
    }, this.#timeout);
    const question: Question<T> = {
      expected: undefined,
      none: 0,
      answer,
      settle: (found) => {
        this.#clock.clearTimeout(timer);
        this.#questions.delete(about);
        resolve(found);
      },
    };
    this.#questions.set(about, question);
    return answer;
  }

  /** So many were asked. */
  expect(about: string, answers: number): void {
    const question = this.#questions.get(about);
    if (question === undefined) return;
    question.expected = answers;
    if (question.none >= answers) question.settle(undefined);
  }

  found(about: string, answer: T): void {
    this.#questions.get(about)?.settle(answer);
  }

  none(about: string): void {
    const question = this.#questions.get(about);
    if (question === undefined) return;
    question.none++;
    if (question.expected !== undefined && question.none >= question.expected) question.settle(undefined);
  }

  close(): void {
    for (const question of this.#questions.values()) question.settle(undefined);
  }
}
