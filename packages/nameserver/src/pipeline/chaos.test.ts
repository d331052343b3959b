import { CLASS, TYPE } from '@zonewire/shared-protocol';
import { describe, expect, it } from 'vitest';
import { ask } from '../fixtures/asking.ts';
import { rcodeText } from '../fixtures/queries.ts';

describe('CHAOS', () => {
  it.each([
    ['id.server.', 'node-1'],
    ['HOSTNAME.bind.', 'node-1'],
    ['version.bind.', 'zonewire test'],
    ['version.server.', 'zonewire test'],
  ])('%s TXT', (owner, text) => {
    const message = ask(owner, 'TXT', {}, CLASS.CH);
    expect(rcodeText(message)).toBe('NOERROR');
    expect(message.answer).toMatchObject([{ type: TYPE.TXT, class: CLASS.CH, ttl: 0 }]);
    expect(new TextDecoder().decode(message.answer[0].rdata.subarray(1))).toBe(text);
  });

  it('other names and types are refused, and those configured off', () => {
    expect(rcodeText(ask('other.bind.', 'TXT', {}, CLASS.CH))).toBe('REFUSED');
    expect(rcodeText(ask('version.bind.', 'A', {}, CLASS.CH))).toBe('REFUSED');
  });
});
