import { useEffect, useMemo, useState } from 'preact/hooks';
import { createClient } from './api/client.ts';
import { LinkContext } from './context.ts';
import { EventStream } from './live/event-stream.ts';
import { Login } from './login.tsx';
import { storedToken, storeToken } from './session.ts';
import { Shell } from './shell.tsx';

/** The whole console: the way to the node, or the question for its token. */
export function App() {
  const [token, setToken] = useState(storedToken);
  const [denied, setDenied] = useState<{ wrong: boolean }>();
  const link = useMemo(() => {
    let said = false;
    const client = createClient(token, (wrong) => {
      // Of several requests under way the first one tells; the others may come when another token is tried already.
      if (said) return;
      said = true;
      storeToken(undefined);
      setDenied({ wrong });
    });
    return { client, stream: new EventStream(client) };
  }, [token, denied === undefined]);
  useEffect(() => {
    if (denied !== undefined) return;
    link.stream.start();
    return () => link.stream.stop();
  }, [link, denied === undefined]);
  if (denied !== undefined)
    return (
      <Login
        wrong={denied.wrong}
        onToken={(given) => {
          storeToken(given);
          setToken(given);
          setDenied(undefined);
        }}
      />
    );
  const forget = () => {
    storeToken(undefined);
    setToken(undefined);
    setDenied({ wrong: false });
  };
  return (
    <LinkContext.Provider value={link}>
      <Shell onForget={token === undefined ? undefined : forget} />
    </LinkContext.Provider>
  );
}
