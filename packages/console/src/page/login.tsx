import { useEffect, useRef, useState } from 'preact/hooks';

/** Asks for the token of the node. `wrong`: the last one was not it. */
export function Login({ wrong, onToken }: { wrong: boolean; onToken: (token: string) => void }) {
  const [token, setToken] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <main class="login" id="main">
      <h1>Zonewire</h1>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') onToken(token.trim());
        }}
      >
        <label for="token">Token of this node</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          ref={field}
          value={token}
          aria-invalid={wrong}
          aria-describedby="token-says"
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        <p id="token-says" role={wrong ? 'alert' : undefined} class={wrong ? 'problem' : 'muted'}>
          {wrong
            ? 'This is not the token of this node.'
            : 'It is what control.token-file of its configuration holds. It stays in this tab and is forgotten when you close it.'}
        </p>
        <button type="submit">Show the console</button>
      </form>
    </main>
  );
}
