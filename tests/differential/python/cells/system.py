# %% files in the directory
with open("f.txt", "w") as f: f.write("line 1\nline 2\n")
print(open("f.txt").read(), [l.strip() for l in open("f.txt")])
# %% pathlib
from pathlib import Path
p = Path("d/e"); p.mkdir(parents=True); (p / "x.txt").write_text("hi"); print(sorted(map(str, Path(".").rglob("*.txt"))), p.exists())
# %% the directory
import os
os.mkdir("sub"); os.chdir("sub"); print(os.getcwd(), os.listdir("."))
# %% temporary files
import tempfile, os
with tempfile.NamedTemporaryFile() as f: f.write(b"x"); name = f.name; print(os.path.exists(name))
print(os.path.exists(name))
# %% environment
import os
os.environ["MINE"] = "1"; os.system("echo $MINE"); print(os.environ.get("NOPE"), "HOME" in os.environ)
# %% sqlite
import sqlite3
db = sqlite3.connect(":memory:"); db.execute("create table t (a, b)"); db.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
print(db.execute("select * from t order by a desc").fetchall())
# %% an error of sqlite
import sqlite3
sqlite3.connect(":memory:").execute("selekt")
# %% threads
import threading
out = []
ts = [threading.Thread(target=lambda i=i: out.append(i)) for i in range(10)]
[t.start() for t in ts]; [t.join() for t in ts]; print(sorted(out), threading.current_thread().name)
# %% a thread that fails
# differs: The traceback of a thread that fails has no source lines
import threading
def bad(): raise ValueError("in a thread")
t = threading.Thread(target=bad, name="worker"); t.start(); t.join(); print("goes on")
# %% a pool of threads
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool: print(list(pool.map(lambda x: x * x, range(5))))
# %% queues and events
import queue, threading
q = queue.Queue(); threading.Thread(target=lambda: [q.put(i) for i in range(3)]).start(); print([q.get(timeout=5) for _ in range(3)])
# %% asyncio.run
import asyncio
async def f(n): await asyncio.sleep(0.001); return n
async def main(): return await asyncio.gather(f(1), f(2))
print(asyncio.run(main()))
# %% an error in a coroutine
import asyncio
async def f(): raise ValueError("async")
asyncio.run(f())
# %% async iteration and contexts
import asyncio
class C:
    async def __aenter__(self): print("in"); return self
    async def __aexit__(self, *a): print("out")
async def gen():
    for i in range(3): yield i
async def main():
    async with C(): print([x async for x in gen()])
asyncio.run(main())
# %% a signal handler
import signal, os
signal.signal(signal.SIGUSR1, lambda s, f: print("signal", s)); os.kill(os.getpid(), signal.SIGUSR1); print("after")
# %% an alarm
import signal, time
def ring(s, f): raise TimeoutError("rang")
signal.signal(signal.SIGALRM, ring); signal.setitimer(signal.ITIMER_REAL, 0.05)
try: time.sleep(5)
except TimeoutError as e: print(e)
# %% fork and wait
import os
print("before", flush=True)
pid = os.fork()
if pid == 0:
    os.write(1, b"child\n"); os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
# %% pipes
import os
r, w = os.pipe(); os.write(w, b"through"); os.close(w); print(os.read(r, 100))
# %% sockets
import socket
a, b = socket.socketpair(); a.sendall(b"hi"); print(b.recv(10)); a.close(); b.close()
# %% context variables
import contextvars
v = contextvars.ContextVar("v", default=0); v.set(5); print(v.get(), contextvars.copy_context()[v])
# %% sys.exit with a number
import sys
print("bye"); sys.exit(3)
# %% sys.exit with nothing
import sys
sys.exit()
# %% argparse refuses
import argparse
p = argparse.ArgumentParser(prog="tool"); p.add_argument("--n", type=int); p.parse_args(["--n", "x"])
# %% argparse help
import argparse
p = argparse.ArgumentParser(prog="tool", description="A tool."); p.add_argument("file"); p.parse_args(["-h"])
# %% os._exit
import os
print("flushed", flush=True); os._exit(7)
# %% a segmentation fault
import ctypes
print("before", flush=True); ctypes.string_at(0)
# %% killed by a signal of its own
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
# %% modules made by hand
import sys, types
m = types.ModuleType("handmade"); m.x = 5; sys.modules["handmade"] = m
from handmade import x; print(x)
# %% a module of the directory
open("mine.py", "w").write("value = 42\ndef f(): return __name__, __file__.split('/')[-1]\n")
import mine; print(mine.value, mine.f())
# %% a package of the directory
import os
os.mkdir("pkg"); open("pkg/__init__.py", "w").write("from . import sub\n"); open("pkg/sub.py", "w").write("y = 1\n")
import pkg; print(pkg.sub.y, pkg.sub.__name__)
# %% importlib and reload
import importlib
open("rl.py", "w").write("v = 1\n")
import rl; print(importlib.reload(rl).v, importlib.import_module("json").__name__)
# %% time and platform
import time, platform, sys
print(type(time.time()).__name__, platform.python_implementation(), sys.version_info[0], sys.flags.optimize, sys.byteorder)
# %% memory views and mmap
import mmap
m = mmap.mmap(-1, 10); m[:3] = b"abc"; print(m[:4], memoryview(b"xyz")[1])
# %% recursion limit and integers to text
import sys
print(sys.getrecursionlimit(), sys.maxsize)
# %% gc and reference counts
import gc
print(gc.isenabled(), len(gc.get_stats()))
# %% open descriptors of a child
import subprocess
print(subprocess.run("ls /proc/self/fd | wc -l", shell=True, capture_output=True, text=True).stdout)
