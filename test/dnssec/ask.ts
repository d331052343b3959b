import { createConnection } from 'node:net';
import {
  CLASS,
  decodeMessage,
  encodeMessage,
  type Message,
  name,
  typeFromText,
  unwrap,
} from '@zonewire/shared-protocol';
import { type Address, messagesOf, withLength } from '@zonewire/testkit';
import type { Question } from './zones.ts';

/** Asks all questions with DO over one TCP connection, one after the other. */
export async function askAll(server: Address, questions: readonly Question[]): Promise<Message[]> {
  const socket = createConnection(server.port, server.host);
  try {
    const messages = messagesOf(socket);
    const answers: Message[] = [];
    for (const [id, question] of questions.entries()) {
      const request = encodeMessage({
        id,
        rd: true,
        question: [{ name: name(question.name), type: typeFromText(question.type)!, class: CLASS.IN }],
        edns: { udpSize: 4096, version: 0, dnssecOk: true, extendedRcode: 0, options: [] },
      });
      socket.write(withLength(request));
      const { value } = await messages.next();
      if (value === undefined) throw new Error(`no answer for ${question.name} ${question.type} from ${server.port}`);
      answers.push(unwrap(decodeMessage(value)));
    }
    return answers;
  } finally {
    socket.destroy();
  }
}
