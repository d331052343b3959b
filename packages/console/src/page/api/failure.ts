/** Why a request has no answer that can be shown. */
export type Failure =
  /** Nobody answers at all. */
  | { readonly kind: 'away' }
  /** The token is missing or wrong. */
  | { readonly kind: 'denied'; readonly wrong: boolean }
  /** The node is older or has another build: it does not know the path. */
  | { readonly kind: 'not-offered' }
  | { readonly kind: 'problem'; readonly status: number; readonly detail: string };

export class ApiFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failureWords(failure));
    this.name = 'ApiFailure';
    this.failure = failure;
  }
}

/** One sentence for an operator. */
export function failureWords(failure: Failure): string {
  switch (failure.kind) {
    case 'away':
      return 'The node does not answer. Is it running, and does this machine still reach it? This page tries again by itself.';
    case 'denied':
      return failure.wrong ? 'This is not the token of this node.' : 'This node wants its token.';
    case 'not-offered':
      return 'This node does not offer this. It may be of another version than the page: load the page again.';
    case 'problem':
      return failure.detail;
  }
}

/** From the status and the body of an answer that is not 2xx (application/problem+json, or anything). */
export function failureOf(status: number, body: string): Failure {
  const problem = parsed(body);
  if (status === 401) return { kind: 'denied', wrong: problem.code === 'token-wrong' };
  if (problem.code === 'route-unknown') return { kind: 'not-offered' };
  // What stands between us and the node, and not the node itself, says these.
  if (problem.code === undefined && [502, 503, 504].includes(status)) return { kind: 'away' };
  return { kind: 'problem', status, detail: problem.detail ?? `The node answered with HTTP status ${status}.` };
}

function parsed(body: string): { code?: string; detail?: string } {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
