import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha1 } from './sha1.ts';

describe('SHA-1 in place (RFC 3174)', () => {
  it('of every length up to the longest name with the longest salt it is what OpenSSL makes of it', () => {
    const sha1 = new Sha1();
    for (let length = 0; length <= 511; length++) {
      const input = Uint8Array.from({ length }, (_, i) => (i * 167 + length * 13) & 0xff);
      sha1.input.fill(0xee);
      sha1.input.set(input);
      sha1.digest(length);
      expect(Buffer.from(sha1.output).toString('hex'), `${length}`).toBe(
        createHash('sha1').update(input).digest('hex'),
      );
    }
  });
});
