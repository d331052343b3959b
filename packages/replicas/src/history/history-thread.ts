import { parentPort, workerData } from 'node:worker_threads';
import type { FromHistory, HistoryStart, ToHistory } from './entries.ts';
import { HistoryFile } from './history-file.ts';

/** The thread that holds the history file: nothing that answers or commits waits for its disk. The first error ends it. */
const port = parentPort!;
const tell = (message: FromHistory) => port.postMessage(message);

let file: HistoryFile | undefined;

function take(message: ToHistory): void {
  const { path, limits } = workerData as HistoryStart;
  file ??= new HistoryFile(path, limits);
  if (message.kind === 'write') {
    file.write(message.entries, message.now);
    tell({ kind: 'written', rows: file.rows, forgotten: file.forgotten });
  } else if (message.kind === 'ask') {
    const { id, question } = message;
    const { kind } = question;
    const answer = kind === 'timeline' ? file.timeline(question.zone, question.limit) : file.lag(question.query);
    tell({ kind: 'answer', id, answer });
  } else {
    file.close();
    tell({ kind: 'closed' });
    port.close();
  }
}

port.on('message', (message: ToHistory) => {
  try {
    take(message);
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message });
    port.close();
  }
});
