"""The user's variables by name, and what was imported."""

import sys

from . import sources, values
from .representation import attempt, safe_repr
from .standard import import_standard
from .type_names import full_name
from .wire_text import sayable

_MOST_REPR = 1_000  # characters, of a variable in a list
_MOST_VARIABLES = 10_000
_OURS = ("__name__", "__doc__", "__package__", "__loader__", "__spec__", "__builtins__", "__annotations__")


def is_ours(name):
    return name in _OURS


def variables(namespace, names, with_values):
    """What there is, or those of ``names`` that there are, as the protocol has it."""
    namespace = dict.copy(namespace)  # threads of the user's may go on meanwhile
    found = list(namespace) if names is None else names
    return [
        _describe(name, namespace[name], with_values)
        for name in found[:_MOST_VARIABLES]
        if name in namespace and type(name) is str and not is_ours(name)
    ]


def delete(namespace, names):
    """Removes these, or all; those that are not there. Threads of the user's may go on meanwhile, and be faster."""
    if names is None:
        names, missing = [name for name in list(namespace) if not is_ours(name)], []
    else:
        missing = [name for name in names if is_ours(name) or name not in namespace]
    if not missing:
        for name in names:
            namespace.pop(name, None)
    return missing


def imported(namespace):
    """The modules that variables of the user's are, by their names."""
    found = {}
    for variable, value in list(namespace.items()):
        if type(value) is type(sys) and type(variable) is str and not is_ours(variable):
            name = vars(value).get("__name__")
            if type(name) is str:
                found[name] = value
    return found


def modules(namespace, imports):
    """As the protocol has them; ``imports`` has the ids of executions by the names of modules."""
    return [_describe_module(name, module, imports.get(name)) for name, module in imported(namespace).items()]


def _describe_module(name, module, execution_id):
    version = vars(module).get("__version__")
    return {
        "name": sayable(name[:1000]),
        "version": sayable(version[:100]) if type(version) is str else None,
        "executionId": execution_id,
    }


def decode(value):
    """The object that a value of the protocol stands for. Raises ValueError, TypeError or KeyError."""
    if type(value) is list:
        return [decode(item) for item in value]
    if type(value) is not dict:
        return value
    tag = value.get("$type")
    if tag is None:
        return {name: decode(item) for name, item in value.items()}
    if tag not in _DECODERS:
        raise ValueError("received $type %.100r, allowed %s" % (tag, ", ".join(sorted(_DECODERS))))
    return _DECODERS[tag](value)


def _items(value):
    return [decode(item) for item in value["items"]]


_DECODERS = {
    "tuple": lambda value: tuple(_items(value)),
    "set": lambda value: set(_items(value)),
    "frozenset": lambda value: frozenset(_items(value)),
    "dict": lambda value: {decode(key): decode(item) for key, item in value["items"]},
    "bytes": lambda value: import_standard("binascii").a2b_base64(value["base64"]),
    "bytearray": lambda value: bytearray(import_standard("binascii").a2b_base64(value["base64"])),
    "bigint": lambda value: int(value["value"], 0),
    "float": lambda value: float(value["value"]),
    "complex": lambda value: complex(decode(value["real"]), decode(value["imag"])),
    "string": lambda value: "".join(map(chr, value["codePoints"])),
    "date": lambda value: import_standard("datetime").date.fromisoformat(value["iso"]),
    "datetime": lambda value: import_standard("datetime").datetime.fromisoformat(value["iso"]),
    "time": lambda value: import_standard("datetime").time.fromisoformat(value["iso"]),
}


def _describe(name, value, with_values):
    text = safe_repr(value)
    size = attempt(lambda: sys.getsizeof(value))
    encoded, is_truncated = values.encode(value, text) if with_values else (None, False)
    return {
        "name": sayable(name[:1000]),
        "type": sayable(full_name(type(value))),
        "repr": sayable(text if with_values and len(text) <= 100_000 else text[:_MOST_REPR]),
        "sizeBytes": size if type(size) is int and 0 <= size < 2**53 else None,
        "source": _source(value),
        "value": encoded,
        "valueTruncated": is_truncated,
    }


def _source(value):
    """The code of a function or a class that a cell has defined."""
    if type(value) is type(_source):
        file = value.__code__.co_filename
    elif issubclass(type(value), type):
        file = sources.cell_of_class(value)
    else:
        return None
    if sources.line_of(file, 1) is None:
        return None
    inspect = import_standard("inspect")
    text = attempt(lambda: inspect.getsource(value))
    return sayable(text[:100_000]) if type(text) is str else None
