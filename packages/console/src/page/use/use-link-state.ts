import { useEffect, useState } from 'preact/hooks';
import { useLink } from '../context.ts';
import type { LinkState } from '../live/event-stream.ts';

export function useLinkState(): LinkState {
  const { stream } = useLink();
  const [state, setState] = useState<LinkState>(stream.state);
  useEffect(() => {
    setState(stream.state);
    return stream.onState(setState);
  }, [stream]);
  return state;
}
