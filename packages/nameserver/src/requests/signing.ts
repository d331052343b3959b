import {
  type Name,
  nameKey,
  type Problem,
  signMessage,
  type TsigKey,
  TsigStreamSigner,
  tsigErrorResponse,
  tsigLength,
  verifyRequest,
} from '@zonewire/shared-protocol';

/** Signs what answers one request, or leaves it as it is when the request was not signed. */
export interface AnswerSigner {
  /** Octets to be kept free for the TSIG record. */
  readonly reserve: number;
  /** A single message. */
  sign(message: Uint8Array): Uint8Array;
  /** Begins a stream of messages (RFC 8945 5.3.1). */
  stream(): (message: Uint8Array) => Uint8Array;
}

export type VerifiedRequest =
  | {
      readonly status: 'ok';
      readonly message: Uint8Array;
      readonly key: TsigKey | undefined;
      readonly signer: AnswerSigner;
    }
  | { readonly status: 'refused'; readonly error: number; readonly problem: Problem; readonly response: Uint8Array }
  | { readonly status: 'malformed' };

const UNSIGNED: AnswerSigner = {
  reserve: 0,
  sign: (message) => message,
  stream: () => (message) => message,
};

/** RFC 8945 5.2: comes before everything else. */
export function verifyAndSign(
  request: Uint8Array,
  keys: ReadonlyMap<string, TsigKey>,
  nowSeconds: () => number,
): VerifiedRequest {
  const now = nowSeconds();
  const verdict = verifyRequest(request, (name: Name) => keys.get(nameKey(name)), now);
  switch (verdict.status) {
    case 'unsigned':
      return { status: 'ok', message: request, key: undefined, signer: UNSIGNED };
    case 'malformed':
      return { status: 'malformed' };
    case 'refused': {
      const { error, problem } = verdict;
      return { status: 'refused', error, problem, response: tsigErrorResponse(request, verdict, now) };
    }
    case 'ok': {
      const { key, mac, message } = verdict;
      const signer: AnswerSigner = {
        reserve: tsigLength(key),
        sign: (answer) => signMessage(answer, key, nowSeconds(), { requestMac: mac }).bytes,
        stream: () => {
          const stream = new TsigStreamSigner(key, mac, nowSeconds);
          return (answer) => stream.sign(answer, false);
        },
      };
      return { status: 'ok', message, key, signer };
    }
  }
}
