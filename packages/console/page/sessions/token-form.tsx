import { useState } from "preact/hooks";
import { isTokenRefused, setToken } from "../http/api.ts";
import { Brand } from "../parts/brand.tsx";

/** Asks for the bearer token that the server wants. */
export function TokenForm({ onToken }: { readonly onToken: () => void }) {
  const [token, change] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    setToken(token);
    onToken();
  };
  return (
    <main class="token">
      <form onSubmit={submit}>
        <h1>
          <Brand />
        </h1>
        <label class="field">
          <span>This server asks for a token</span>
          <input
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={(event) => change(event.currentTarget.value.trim())}
          />
        </label>
        <p class="note" role="status">
          {isTokenRefused.value
            ? "That was not one it knows."
            : "It is kept in this tab, and forgotten when you close it."}
        </p>
        <button class="primary">Continue</button>
      </form>
    </main>
  );
}
