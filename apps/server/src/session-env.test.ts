import { expect, it } from "vitest";
import { sessionEnv } from "./session-env.ts";

it("sessionEnv() passes on what is safe and what is named, never the token or the store [A04]", () => {
  const env = {
    PATH: "/bin",
    HOME: "/home/a",
    LC_ALL: "C",
    TERM: "xterm",
    EMPTY: "",
    WANTED: "1",
    HOLDFAST_TOKEN: "secret",
    HOLDFAST_STORE: "redis://:secret@host",
    HOLDFAST_DATA_DIR: "/data",
    AWS_SECRET_ACCESS_KEY: "secret",
    BASH_ENV: "/planted",
    LD_PRELOAD: "/planted",
    NODE_OPTIONS: "--inspect",
    PYTHONPATH: "/planted",
  };
  const safe = { PATH: "/bin", HOME: "/home/a", LC_ALL: "C", TERM: "xterm" };
  expect(sessionEnv(env)).toEqual(safe);
  const named = {
    ...env,
    HOLDFAST_SESSION_ENV: "WANTED, EMPTY,HOLDFAST_TOKEN,HOLDFAST_STORE,MISSING,,",
  };
  expect(sessionEnv(named)).toEqual({ ...safe, WANTED: "1", EMPTY: "" });
});
