# %% loops
for i in range(5):
    if i == 1: continue
    if i == 4: break
    print(i)
else:
    print("not reached")
while False: pass
else: print("else")
# %% closures and nonlocal
def outer():
    n = 0
    def inner():
        nonlocal n
        n += 1
        return n
    return inner
f = outer(); print(f(), f())
# %% globals in functions
count = 0
def f():
    global count
    count += 1
f(); f(); print(count)
# %% default arguments are made once
def f(x=[]): x.append(1); return x
print(f(), f())
# %% arguments of all kinds
def f(a, /, b, *args, c=3, **kw): return a, b, args, c, kw
print(f(1, 2, 3, 4, c=5, d=6), f(1, b=2))
# %% decorators with arguments
import functools
def times(n):
    def deco(f):
        @functools.wraps(f)
        def wrapper(*a): return [f(*a) for _ in range(n)]
        return wrapper
    return deco
@times(3)
def hi(): return "hi"
print(hi(), hi.__name__)
# %% context managers
import contextlib
@contextlib.contextmanager
def tag(name):
    print(f"<{name}>"); yield name; print(f"</{name}>")
with tag("a") as a, tag("b") as b: print(a, b)
# %% match
# since: 3.10
def what(x):
    match x:
        case 0: return "zero"
        case [a, *rest]: return f"list {a} {rest}"
        case {"k": v}: return f"map {v}"
        case str() as s if s: return f"text {s}"
        case _: return "other"
print([what(x) for x in (0, [1, 2], {"k": 3}, "s", "", 5.5)])
# %% lambda, map, star
print((lambda *a, **k: (a, k))(*[1, 2], **{"x": 3}))
# %% __main__
print(__name__)
if __name__ == "__main__": print("main")
# %% main in sys.modules
import sys
x = 5
print(sys.modules["__main__"].x, sys.modules["__main__"].__dict__ is globals())
# %% vars, dir, globals, locals
def f(a): b = 2; return sorted(locals().items())
print(f(1), "f" in globals(), "f" in dir(), "f" in vars())
# %% exec and eval with namespaces
ns = {}; exec("y = 3", ns); print(ns["y"], eval("y + 1", ns)); exec("z = 9"); print(z)
# %% del
x = 1; del x
try: x
except NameError as e: print(e)
# %% type annotations at module level
x: int = 5
y: str
print(__annotations__)
# %% conditional expressions, chained booleans
print("a" if [] else "b", [] or "c", "d" and 0, not None)
# %% nested functions and recursion
def hanoi(n, a, b, c): return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(10, "a", "b", "c"))
# %% a main function with argv
import sys
print(len(sys.argv), sys.argv[1:])
# %% doctest
# differs: There is no `__file__`
import doctest
def f():
    """
    >>> 1 + 1
    3
    """
print(doctest.run_docstring_examples.__name__, doctest.testmod(verbose=False).failed)
# %% unittest
import unittest, io
class T(unittest.TestCase):
    def test_ok(self): self.assertEqual(1, 1)
    def test_bad(self): self.assertEqual(1, 2)
r = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(T))
print(r.testsRun, len(r.failures))
# %% statements separated by semicolons
a = 1; b = 2; print(a + b); c = 3
# %% line continuation
total = 1 + \
    2
print(total)
# %% strings next to each other and in triple quotes
print("a" "b" """c
d""" r"\n" "x")
