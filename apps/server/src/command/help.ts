/** What `holdfast --help` prints, and `holdfast COMMAND --help` for one command. */
export const help = {
  holdfast: `Holdfast: code-execution sessions that keep their state

  holdfast serve                   serve over HTTP, with the console page
  holdfast exec [file|-]           run a file, or standard input, in a session of its own
  holdfast mcp                     tools for an AI agent, over standard input and output
  holdfast runtimes                what can run here

  holdfast COMMAND --help          more about one of them
  holdfast --version

A first look:

  echo 'sum(range(10))' | holdfast exec -r python -
  holdfast exec build.sh
  holdfast serve                   and open http://127.0.0.1:4650
`,
  serve: `holdfast serve: sessions over HTTP, with the console page at /

  --host ADDRESS    address to listen on; localhost is both loopback families   HOST, 127.0.0.1
  --port NUMBER     port; 0 for a free one                                      PORT, 4650
  --token TEXT      bearer token that requests need; without one only           HOLDFAST_TOKEN
                    loopback addresses are served
  --data-dir PATH   folder of what is kept beyond the end of the server;        HOLDFAST_DATA_DIR
                    by default ~/.local/state/holdfast
  --memory          keep nothing beyond the end of the server                   HOLDFAST_MEMORY=1
  --log LEVEL       requests, errors or silent                                  HOLDFAST_LOG

Each option stands for the environment variable at its right; prefer that for the token, since others can read command
lines. SIGTERM and Ctrl-C end all sessions and then the server; a second one ends it at once.
`,
  exec: `holdfast exec [file|-]: run code in a session of its own

  -r, --runtime NAME      python or bash; by default what the file's name says (.py), else bash
  -c, --code TEXT         run this instead of a file
  -t, --timeout MS        interrupt after so many milliseconds
  -e, --env NAME=VALUE    a variable for the code; may be repeated

Output goes to standard output and standard error as it comes, byte for byte. Code from a file gets our standard input;
code that came on standard input finds it empty. The value of Python's last expression is printed.

The exit code is that of the code: 1 for a Python error, 124 for a timeout, 130 for an interrupt, 128 and the number of
the signal for a signal. Ctrl-C interrupts the code, a second one ends it. 2 means that the command was used wrongly.
`,
  mcp: `holdfast mcp: tools for an AI agent by the Model Context Protocol, over standard input and output

  --url URL               sessions of this server, in place of ones in this process   HOLDFAST_URL
                          HOLDFAST_TOKEN is the token for it

All sessions that the agent made end with the command. Over HTTP a server has the same tools at /mcp.
`,
  runtimes: `holdfast runtimes: what can run here, with versions, and what to install for the rest
`,
} as const;
