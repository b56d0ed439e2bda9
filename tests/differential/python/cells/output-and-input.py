# %% print's own options
print("a", "b", sep="-", end="!\n"); print(end=""); print("x", file=__import__("sys").stderr)
# %% writes without newline
import sys
sys.stdout.write("no newline"); sys.stderr.write("nor here")
# %% bytes to the buffer
import sys
sys.stdout.buffer.write(b"raw \xff\x00 bytes\n"); sys.stdout.buffer.flush()
# %% descriptors written to
import os
os.write(1, b"one\n"); os.write(2, b"two\n")
# %% a child's output
import subprocess
subprocess.run(["echo", "from a child"]); subprocess.run("echo err >&2; exit 3", shell=True)
# %% a child's output, caught
import subprocess
print(subprocess.run(["sh", "-c", "cat; exit 4"], input=b"in", capture_output=True))
# %% a child that fails, checked
import subprocess
subprocess.run(["false"], check=True)
# %% os.system
import os
print(os.system("exit 3") >> 8)
# %% output redirected
import contextlib, io
with contextlib.redirect_stdout(io.StringIO()) as out: print("caught")
print(repr(out.getvalue()))
# %% stdout replaced
import sys, io
real, sys.stdout = sys.stdout, io.StringIO(); print("hidden"); sys.stdout = real; print("shown")
# %% input at its end
try:
    input("? ")
except EOFError as e:
    print(type(e).__name__, e)
# %% input that nobody gives
input()
# %% reading standard input
import sys
print(repr(sys.stdin.read()), list(sys.stdin))
# %% logging
import logging
logging.warning("careful %s", 1); logging.info("hidden"); logging.getLogger("a.b").error("bad")
# %% logging with a format
import logging, sys
logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="%(levelname)s:%(message)s")
logging.debug("d")
try: 1 / 0
except ZeroDivisionError: logging.exception("oops")
# %% print of what has no repr
class A:
    def __repr__(self): raise ValueError("no repr")
print(A())
# %% flush
print("now", flush=True)
# %% two streams in turns
import sys
for i in range(3): print("out", i); print("err", i, file=sys.stderr)
# %% csv
import csv, sys
w = csv.writer(sys.stdout); w.writerow(["a", 'b"c', "d,e"]); print(list(csv.reader(["1,2", '"x,y",z'])))
# %% encoding of the streams
import sys
print(sys.stdout.encoding, sys.stderr.errors, sys.getdefaultencoding(), sys.getfilesystemencoding())
# %% help
help(len)
# %% a progress line
import sys
for i in range(3): sys.stdout.write(f"\r{i}"); sys.stdout.flush()
print()
