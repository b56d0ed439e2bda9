import { render } from "preact";
import { App } from "./app.tsx";
import { listenForShortcuts } from "./shortcuts.tsx";
import { keepFresh } from "./workspace.ts";

keepFresh();
listenForShortcuts();
render(<App />, document.body);
