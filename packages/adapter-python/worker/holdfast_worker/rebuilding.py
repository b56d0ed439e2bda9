"""What checkpoints call when they are restored. Their names are part of the checkpoint's format."""

import builtins
import sys
from marshal import loads
from types import CellType, FunctionType

# The namespace that is being built, as a module.
target = None


def get_place(name):
    """What is the interpreter's own, and not a copy of it."""
    if name == "builtins":
        return builtins.__dict__
    return target if name == "main" else target.__dict__


def get_module(name):
    __import__(name)
    return sys.modules[name]


def get_attribute(module, name):
    return vars(get_module(module))[name]


def get_of_class(cls, name):
    return vars(cls)[name]


def make_code(data):
    return loads(data)


def make_cell():
    return CellType()


def set_cell(cell, contents):
    cell.cell_contents = contents[0]


def make_function(data, place, closure):
    scope = get_module(place).__dict__ if type(place) is str else place
    return FunctionType(loads(data), scope, None, None, closure)


def set_function(function, state):
    attributes, namespace = state
    for name, value in attributes.items():
        setattr(function, name, value)
    function.__dict__.update(namespace)


def make_class(meta, name, bases, namespace):
    """A class without what its own code says: nothing of the user's runs, neither of its metaclass nor of its bases."""
    maker = next(kind for kind in meta.__mro__ if not is_users(kind))
    hidden = [
        (base, vars(base)["__init_subclass__"])
        for base in {parent for base in bases for parent in base.__mro__}
        if is_users(base) and "__init_subclass__" in vars(base)
    ]
    for base, _ in hidden:
        type.__delattr__(base, "__init_subclass__")
    try:
        return maker.__new__(meta, name, bases, dict(namespace))
    finally:
        for base, hook in hidden:
            type.__setattr__(base, "__init_subclass__", hook)


def set_class(cls, state):
    attributes, registered = state
    for name, value in attributes.items():
        type.__setattr__(cls, name, value)
    if registered:
        from abc import ABCMeta

        for other in registered:
            ABCMeta.register(cls, other)


def make_enum(meta, name, bases, namespace, members):
    maker = next(kind for kind in meta.__mro__ if not is_users(kind))
    attributes = maker.__prepare__(name, bases)
    for key, value in [*namespace.items(), *members]:
        attributes[key] = value
    return maker.__new__(meta, name, bases, attributes)


def make_lru_cache(function, parameters):
    from functools import lru_cache

    return lru_cache(**parameters)(function)


def make_cached_property(function, name):
    from functools import cached_property

    made = cached_property(function)
    made.attrname = name
    return made


def make_type_variable(kind, name, constraints, options, module):
    made = kind(name, *constraints, **options)
    made.__module__ = module
    return made


def update(made, namespace):
    made.__dict__.update(namespace)


def is_users(kind):
    """Whether a class is one of the session's own."""
    return type.__dict__["__dict__"].__get__(kind).get("__module__") == "__main__"
