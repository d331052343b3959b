import { useEffect, useRef } from 'preact/hooks';
import { useLink } from '../context.ts';
import type { NodeEvent } from '../contract.ts';

/** Calls the newest `listener` for every event of the node. */
export function useEvent(listener: (event: NodeEvent) => void): void {
  const { stream } = useLink();
  const newest = useRef(listener);
  newest.current = listener;
  useEffect(() => stream.onEvent((event) => newest.current(event)), [stream]);
}
