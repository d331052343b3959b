import { piecesInTurns } from './in-turns.ts';
import { RawAnswer } from './route.ts';

/** `{...head, [key]: [...items]}` as JSON; items are made and written some at a time, so that thousands of them hold up nothing else. */
export function listAnswer(head: object, key: string, items: Iterable<object>): RawAnswer {
  return new RawAnswer(200, 'application/json; charset=utf-8', piecesInTurns(asJson(head, key, items)));
}

function* asJson(head: object, key: string, items: Iterable<object>): Generator<string> {
  const begun = JSON.stringify({ ...head, [key]: [] });
  yield begun.slice(0, -2);
  let comma = '';
  for (const item of items) {
    yield comma + JSON.stringify(item);
    comma = ',';
  }
  yield ']}';
}
