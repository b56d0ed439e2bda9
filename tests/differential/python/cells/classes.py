# %% a class, an instance, inheritance
class A:
    x = 1
    def hi(self): return "A"
class B(A):
    def hi(self): return "B" + super().hi()
print(B().hi(), B.__mro__, isinstance(B(), A), B.x)
# %% properties and slots
class P:
    __slots__ = ("_v",)
    @property
    def v(self): return self._v
    @v.setter
    def v(self, value): self._v = value * 2
p = P(); p.v = 3; print(p.v); p.other = 1
# %% special methods
class V:
    def __init__(self, n): self.n = n
    def __add__(self, o): return V(self.n + o.n)
    def __repr__(self): return f"V({self.n})"
    def __len__(self): return self.n
    def __getitem__(self, i): return i if i < self.n else (_ for _ in ()).throw(IndexError)
    def __call__(self, x): return x
    def __contains__(self, x): return True
print(V(1) + V(2), len(V(3)), list(V(3)), V(1)(7), 9 in V(0))
# %% dataclasses
from dataclasses import dataclass, field, asdict, replace
@dataclass(order=True)
class D:
    a: int
    b: list = field(default_factory=list)
print(D(1), asdict(D(1, [2])), D(1) < D(2), replace(D(1), a=5))
# %% a frozen dataclass
from dataclasses import dataclass
@dataclass(frozen=True)
class D: a: int
D(1).a = 2
# %% enums
import enum
class C(enum.Enum): RED = 1; BLUE = enum.auto()
class F(enum.Flag): A = 1; B = 2
print(C.RED, list(C), C(2), C["RED"].value, (F.A | F.B).value)
# %% an enum value that is none
import enum
class C(enum.Enum): RED = 1
C(7)
# %% abstract classes
import abc
class A(abc.ABC):
    @abc.abstractmethod
    def f(self): ...
A()
# %% metaclass and __init_subclass__
class M(type):
    def __new__(m, name, bases, ns): print("making", name); return super().__new__(m, name, bases, ns)
class A(metaclass=M):
    def __init_subclass__(cls, **kw): print("sub", cls.__name__, kw)
class B(A, x=1): pass
# %% descriptors
class D:
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, owner): return f"{owner.__name__}.{self.name}"
class A: d = D()
print(A.d, A().d)
# %% getattr of what is not there
class A:
    def __getattr__(self, name): return name.upper()
print(A().hello, getattr(A(), "x"), hasattr(object(), "y"))
# %% an attribute that is not there
class A: pass
A().nope
# %% module and names of classes
class A:
    class Inner: pass
print(A.__module__, A.Inner.__qualname__, A, A().__class__)
# %% pickle of a class of the cell
import pickle
class P:
    def __init__(self): self.x = 5
print(pickle.loads(pickle.dumps(P())).x, pickle.loads(pickle.dumps(P)) is P)
# %% typing hints
from __future__ import annotations
import typing
class A:
    x: int
    y: typing.Optional[str] = None
    def f(self, a: "A") -> list[int]: ...
print(typing.get_type_hints(A), typing.get_type_hints(A.f))
# %% source of a function
import inspect
def f(a, *, b=2):
    """Doc."""
    return a  # a comment
print(inspect.getsource(f), inspect.signature(f), f.__doc__)
# %% class methods, static methods, operators
class A:
    n = 0
    @classmethod
    def make(cls): cls.n += 1; return cls.n
    @staticmethod
    def s(x): return x
print(A.make(), A.make(), A.s(3))
# %% weak references and finalizers
import weakref, gc
class A: pass
a = A(); r = weakref.ref(a, lambda _: print("gone")); del a; gc.collect(); print(r())
# %% __del__
class A:
    def __del__(self): print("deleted")
a = A(); a = None
# %% protocols and generics
from typing import Generic, TypeVar, Protocol, runtime_checkable
T = TypeVar("T")
class Box(Generic[T]): pass
@runtime_checkable
class HasX(Protocol):
    x: int
class Y: x = 1
print(Box[int], isinstance(Y(), HasX))
