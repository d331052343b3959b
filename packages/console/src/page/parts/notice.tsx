import type { ComponentChildren } from 'preact';
import { type Failure, failureWords } from '../api/failure.ts';

/** Says why nothing is to be seen, in plain words. */
export function Notice({ title, children }: { title?: string; children: ComponentChildren }) {
  return (
    <div class="notice">
      {title === undefined ? null : <strong>{title}</strong>}
      <p>{children}</p>
    </div>
  );
}

/** A request that failed. Without a failure it is still under way. */
export function Waiting({ failure }: { failure: Failure | undefined }) {
  if (failure === undefined) return <p class="muted loading">Asking the node …</p>;
  return (
    <div class="notice problem" role="alert">
      <p>{failureWords(failure)}</p>
    </div>
  );
}
