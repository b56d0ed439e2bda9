/** What `holdfast --help` prints. */
export const help = `Holdfast: code-execution sessions that keep their state

  holdfast serve                      serve over HTTP, with the console page
  holdfast exec [file|-]              run a file, or standard input, in a session of its own
  holdfast runtimes                   what can run here

serve
  --host ADDRESS      address to listen on         (HOST, 127.0.0.1)
  --port NUMBER       port, 0 for a free one       (PORT, 4650)
  --token TEXT        bearer token that is needed  (HOLDFAST_TOKEN, none)

exec
  --runtime NAME      python or bash; by default what the file's name says, else bash
  --code TEXT         run this instead of a file
  --timeout MS        interrupt after so many milliseconds
  --env NAME=VALUE    a variable for the code; may be repeated

The exit code of exec is that of the code: 1 for a Python error, 124 for a timeout, 130 for an interrupt, 128 and the
signal's number for a signal. Ctrl-C interrupts the code, a second one ends it.
`;
