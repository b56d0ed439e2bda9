"""What ``pickle`` cannot do by itself: functions, classes and other parts of a session's own program.

Code goes as bytecode, which only the same minor version can run, since source can say neither a lambda nor a closure.
"""

import sys
from functools import _lru_cache_wrapper, cached_property
from marshal import dumps
from types import (
    CellType,
    ClassMethodDescriptorType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MemberDescriptorType,
    GetSetDescriptorType,
    ModuleType,
)

from . import rebuilding
from .type_names import module, qualname

_REFUSED = {
    ("_io", "_IOBase"): "an open file",
    ("_socket", "socket"): "a socket",
    ("_thread", "lock"): "a lock",
    ("_thread", "RLock"): "a lock",
    ("_thread", "_local"): "data of a thread",
    ("threading", "Thread"): "a thread",
    ("asyncio.events", "AbstractEventLoop"): "an event loop",
    ("_asyncio", "Future"): "a task or a future",
    ("_asyncio", "Task"): "a task",
    ("concurrent.futures._base", "Future"): "a future",
    ("concurrent.futures._base", "Executor"): "a pool of workers",
    ("subprocess", "Popen"): "a process",
    ("multiprocessing.process", "BaseProcess"): "a process",
    ("builtins", "generator"): "a generator",
    ("builtins", "coroutine"): "a coroutine",
    ("builtins", "async_generator"): "an asynchronous generator",
    ("builtins", "frame"): "a frame",
    ("builtins", "traceback"): "a traceback",
}
_KEPT_FILES = {("_io", "StringIO"), ("_io", "BytesIO")}
_FUNCTION_ATTRIBUTES = ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__")
_MADE_WITH_THE_CLASS = ("__module__", "__qualname__", "__slots__", "__orig_bases__", "_is_protocol")
_OF_THE_INTERPRETER = ("__dict__", "__weakref__", "_abc_impl")
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or as if
_get_namespace = type.__dict__["__dict__"].__get__


class Unkeepable(Exception):
    """An object that no checkpoint can hold; ``obj`` is it, ``what`` is what it is."""

    def __init__(self, obj, what):
        super().__init__(what)
        self.obj, self.what = obj, what


def reduce(obj, verdicts):
    """As ``Pickler.reducer_override``. ``verdicts`` is an empty dict, the same for all objects of one checkpoint."""
    kind = type(obj)
    handler = _HANDLERS.get(kind)
    if handler is not None:
        return handler(obj)
    if issubclass(kind, type):
        return _class(obj)
    verdict = verdicts.get(kind)
    if verdict is None:
        verdict = verdicts[kind] = _judge(kind)
    if verdict == "kept":
        return NotImplemented
    if verdict == "custom":
        reduced = obj.__reduce_ex__(5)
        if issubclass(type(reduced), str):
            raise Unkeepable(obj, "an object that pickles as a name of the session's own, %r" % reduced)
        return reduced
    if verdict == "sentinel":
        return _sentinel(obj, kind)
    raise Unkeepable(obj, verdict)


def _judge(kind):
    names = [(module(parent), qualname(parent)) for parent in kind.__mro__]
    if not _KEPT_FILES.intersection(names):
        for name in names:
            if name in _REFUSED:
                return _REFUSED[name]
    if names[0][0] == "dataclasses":
        return "sentinel"
    is_custom = kind.__reduce_ex__ is not object.__reduce_ex__ or kind.__reduce__ is not object.__reduce__
    return "custom" if is_custom and names[0][0] == "__main__" else "kept"


def _sentinel(obj, kind):
    where = module(kind)
    for name, value in vars(sys.modules[where]).items():
        if value is obj:
            return rebuilding.get_attribute, (where, name)
    return NotImplemented


def is_by_name(obj):
    """Whether a function or a class is found in a module other than ``__main__``, where its name says."""
    where = getattr(obj, "__module__", None)
    path = getattr(obj, "__qualname__", None)
    if type(where) is not str or type(path) is not str or where == "__main__":
        return False
    found = sys.modules.get(where)
    for part in path.split("."):
        found = getattr(found, part, None)
    return found is obj


def _function(function):
    if is_by_name(function):
        return NotImplemented
    attributes = {name: getattr(function, name) for name in _FUNCTION_ATTRIBUTES}
    attributes["__annotations__"] = function.__annotations__
    if getattr(function, "__type_params__", None):
        attributes["__type_params__"] = function.__type_params__
    arguments = (dumps(function.__code__), _place_of(function.__globals__), function.__closure__)
    state = (attributes, function.__dict__)
    return rebuilding.make_function, arguments, state, None, None, rebuilding.set_function


def _place_of(scope):
    """A module's name, where it is the module's own namespace, else the namespace itself."""
    name = scope.get("__name__")
    found = sys.modules.get(name) if type(name) is str and name != "__main__" else None
    return name if found is not None and getattr(found, "__dict__", None) is scope else scope


def _class(cls):
    if cls is type(None) or cls is type(NotImplemented) or cls is type(...) or is_by_name(cls):
        return NotImplemented
    if not cls.__flags__ & _HEAP_TYPE:
        return _built_in(cls)
    attributes = dict(_get_namespace(cls))
    enum = sys.modules.get("enum")
    if enum is not None and issubclass(cls, enum.Enum):
        return _enum(cls, attributes)
    made_with = {name: attributes.pop(name) for name in _MADE_WITH_THE_CLASS if name in attributes}
    slots = [name for name, value in attributes.items() if type(value) in (MemberDescriptorType, GetSetDescriptorType)]
    for name in (*_OF_THE_INTERPRETER, *slots):
        attributes.pop(name, None)
    arguments = (type(cls), cls.__name__, cls.__bases__, made_with)
    state = (attributes, _registered(cls))
    return rebuilding.make_class, arguments, state, None, None, rebuilding.set_class


def _built_in(cls):
    """A type of the interpreter that is not found under its own name, such as ``mappingproxy``."""
    for name, value in vars(sys.modules["types"]).items():
        if value is cls:
            return rebuilding.get_attribute, ("types", name)
    return NotImplemented


def _registered(cls):
    """What was registered as a subclass of an abstract class."""
    if "_abc_impl" not in _get_namespace(cls):
        return []
    from _abc import _get_dump

    return [other for other in (ref() for ref in _get_dump(cls)[0]) if other is not None]


def _enum(cls, attributes):
    if type(attributes.get("__new_member__")) in (FunctionType, staticmethod) and not _is_of_enum(attributes["__new_member__"]):
        raise Unkeepable(cls, "an enum with a __new__ of its own")
    members = [(name, member._value_) for name, member in cls.__members__.items()]
    names = {name for name, _ in members}
    namespace = {
        name: value
        for name, value in attributes.items()
        if name not in names
        and name not in ("__dict__", "__weakref__", "__new__", "__new_member__", "__objclass__")
        and not (name.startswith("_") and name.endswith("_") and not name.startswith("__"))
        and type(value) not in (MemberDescriptorType, GetSetDescriptorType)
        and not _is_of_enum(value)
    }
    return rebuilding.make_enum, (type(cls), cls.__name__, cls.__bases__, namespace, members)


def _is_of_enum(value):
    function = getattr(value, "__func__", value)
    return type(function) is FunctionType and function.__globals__.get("__name__") == "enum" or module(type(value)) == "enum"


def _module(obj):
    name = vars(obj).get("__name__")
    if type(name) is not str or sys.modules.get(name) is not obj:
        raise Unkeepable(obj, "a module that cannot be imported by its name")
    return rebuilding.get_module, (name,)


def _cell(cell):
    try:
        contents = (cell.cell_contents,)
    except ValueError:  # empty
        return rebuilding.make_cell, ()
    return rebuilding.make_cell, (), contents, None, None, rebuilding.set_cell


def _lru_cache(obj):
    if is_by_name(obj):
        return NotImplemented
    rest = {name: value for name, value in obj.__dict__.items() if name not in ("__wrapped__", "cache_parameters")}
    arguments = (obj.__wrapped__, dict(obj.cache_parameters()))
    return rebuilding.make_lru_cache, arguments, rest, None, None, rebuilding.update


def _type_variable(obj):
    if is_by_name(obj) or obj.__module__ != "__main__":
        return NotImplemented
    options = {"bound": obj.__bound__, "covariant": obj.__covariant__, "contravariant": obj.__contravariant__}
    arguments = (type(obj), obj.__name__, obj.__constraints__, options, obj.__module__)
    return rebuilding.make_type_variable, arguments


def _new_type(obj):
    return rebuilding.make_type_variable, (type(obj), obj.__name__, (obj.__supertype__,), {}, obj.__module__)


_HANDLERS = {
    FunctionType: _function,
    type: _class,
    ModuleType: _module,
    CellType: _cell,
    ClassMethodDescriptorType: lambda found: (rebuilding.get_of_class, (found.__objclass__, found.__name__)),
    CodeType: lambda code: (rebuilding.make_code, (dumps(code),)),
    MappingProxyType: lambda proxy: (MappingProxyType, (dict(proxy),)),
    classmethod: lambda method: (classmethod, (method.__func__,)),
    staticmethod: lambda method: (staticmethod, (method.__func__,)),
    property: lambda item: (property, (item.fget, item.fset, item.fdel, item.__doc__)),
    cached_property: lambda item: (rebuilding.make_cached_property, (item.func, item.attrname)),
    _lru_cache_wrapper: _lru_cache,
}


def watch_typing(typing):
    """Once ``typing`` is there: its own kinds of names."""
    _HANDLERS[typing.TypeVar] = _type_variable
    if issubclass(type(typing.NewType), type):
        _HANDLERS[typing.NewType] = _new_type
