import { useState } from "preact/hooks";
import { setToken } from "./api.ts";

/** Asks for the bearer token that the server wants. */
export function TokenForm({ onToken }: { readonly onToken: () => void }) {
  const [token, change] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    setToken(token);
    onToken();
  };
  return (
    <form class="token" onSubmit={submit}>
      <h1>
        Holdfast<small>sessions that keep their state</small>
      </h1>
      <label for="token">
        This server wants its token: what it was started with as HOLDFAST_TOKEN.
      </label>
      <input
        id="token"
        type="password"
        autocomplete="off"
        value={token}
        onInput={(event) => change(event.currentTarget.value.trim())}
      />
      <button class="primary">Continue</button>
    </form>
  );
}
