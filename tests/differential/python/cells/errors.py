# %% an uncaught error in a function
def f(x):
    return g(x) + 1
def g(x):
    return x["key"]
f([])
# %% caught, with else and finally
try:
    print("try")
except ValueError:
    print("except")
else:
    print("else")
finally:
    print("finally")
# %% a chain of causes
try:
    int("x")
except ValueError as e:
    raise RuntimeError("second") from e
# %% a context that is not hidden
try:
    1 / 0
except ZeroDivisionError:
    {}["x"]
# %% a context that is hidden
try:
    1 / 0
except ZeroDivisionError:
    raise KeyError("only this") from None
# %% an error of a class of its own
# differs: CPython before 3.10
class MyError(Exception):
    def __str__(self): return "mine"
raise MyError()
# %% an error without a message
raise ValueError
# %% an error with several lines
raise ValueError("one\ntwo\nthree")
# %% an error with notes
# since: 3.11
e = ValueError("x"); e.add_note("a note"); raise e
# %% a group of errors
# since: 3.11
raise ExceptionGroup("several", [ValueError(1), TypeError("t"), ExceptionGroup("inner", [KeyError("k")])])
# %% except*
# since: 3.11
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as g:
    print("values", g.exceptions)
except* TypeError as g:
    print("types", g.exceptions)
# %% assert
assert 1 == 2, "no"
# %% assert without a text
assert not [1]
# %% a name that is not there
print(undefined_name)
# %% a name of a local that has no value yet
def f():
    print(x)
    x = 1
f()
# %% a wrong number of arguments
def f(a, b): pass
f(1)
# %% an argument that is not known
def f(a): pass
f(a=1, b=2)
# %% a wrong type
"a" + 1
# %% calling what is no function
(5)()
# %% a module that is not there
import no_such_module_here
# %% a name that a module has not
from os import no_such_name
# %% recursion without end
def f(n): return f(n + 1) + 1
try:
    f(0)
except RecursionError as e:
    print("RecursionError", e)
# %% a syntax error
# differs: CPython before 3.10
x = (1 +
# %% a syntax error in the middle
print("not printed")
for x in
print("nor this")
# %% bad indentation
# differs: marks under a syntax error
if True:
print("x")
# %% an unexpected indent
  x = 1
# %% unterminated text
x = "abc
# %% return outside of a function
return 5
# %% break outside of a loop
break
# %% assignment to a literal
1 = x
# %% a keyword as a name
class = 3
# %% an error in an f-string
x = 5; print(f"{x:d}"); print(f"{x!r:>{undefined}}")
# %% traceback printed
import traceback
def f(): 1 / 0
try:
    f()
except ZeroDivisionError:
    traceback.print_exc()
print("goes on")
# %% traceback formatted
import traceback, sys
try:
    [][0]
except IndexError:
    print(traceback.format_exc()); print(sys.exc_info()[0].__name__)
# %% lines of a long statement
x = [
    1,
    2,
    3 / 0,
    4,
]
# %% an error within a comprehension
[1 / (2 - x) for x in range(4)]
# %% an error within a lambda
f = lambda x: x.missing
f(3)
# %% an error within a class body
class A:
    x = 1
    y = x + "a"
# %% an error within a decorator
def deco(f): raise TypeError("bad decorator")
@deco
def f(): pass
# %% an error in a with statement
class C:
    def __enter__(self): print("enter"); return self
    def __exit__(self, *e): print("exit", e[0].__name__); return False
with C(): raise ValueError("x")
# %% an error that a with statement takes
import contextlib
with contextlib.suppress(KeyError): {}[1]
print("goes on")
# %% a module's error, from the standard library
import json
json.loads('{"a": }')
# %% raising what is no error
raise "text"
# %% KeyboardInterrupt caught
try:
    raise KeyboardInterrupt
except KeyboardInterrupt:
    print("caught")
# %% a warning
import warnings
warnings.warn("careful", UserWarning)
# %% a deprecation warning of the cell's own
import warnings
def old(): warnings.warn("old", DeprecationWarning, stacklevel=2)
old()
# %% errors in eval and exec
exec("x = 1\ny = x +")
# %% an error in eval
eval("1 / 0")
# %% an OSError
open("/no/such/file")
# %% a UnicodeEncodeError
"ü".encode("ascii")
# %% the last traceback of nested functions, repeated
def f(n):
    if n == 0: raise ValueError("deep")
    f(n - 1)
f(8)
