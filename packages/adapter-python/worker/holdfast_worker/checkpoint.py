"""Checkpoints: the state of the session as bytes, and back.

Pickles behind each other in a stream of chunks: what is plain data (version, directory, environment, cells), then modules,
functions and classes, then the rest, which may need those as it comes to be. The last two share what they refer to. A variable
that cannot be kept is left out and named: each is tried by itself when all together cannot be kept.
"""

import builtins
import os
import sys

from . import sources
from .representation import attempt
from .standard import import_standard
from .type_names import qualname

import_standard("functools"), import_standard("types"), import_standard("marshal")
pickle = import_standard("pickle")

from . import rebuilding, reducing  # noqa: E402
from .checkpoint_stream import CheckpointInvalid, ChunkReader, ChunkWriter  # noqa: E402
from .reducing import Unkeepable  # noqa: E402

FORMAT = "python"
_MARKER = "HOLDFAST_WORKER"
_NOT_THE_USERS = ("__name__", "__doc__", "__package__", "__loader__", "__spec__", "__builtins__", "__annotations__")


class _Pickler(pickle.Pickler):
    def __init__(self, file, namespace):
        super().__init__(file, 5)
        self._namespace = namespace
        self._verdicts = {}

    def reducer_override(self, obj):
        return reducing.reduce(obj, self._verdicts)

    def persistent_id(self, obj):
        kind = type(obj)
        if kind is dict:
            if obj is self._namespace:
                return "namespace"
            if obj is builtins.__dict__:
                return "builtins"
        elif kind is type(sys) and getattr(obj, "__dict__", None) is self._namespace:
            return "main"
        return None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, name):
        return rebuilding.get_place(name)

    def find_class(self, module, name):
        if module.partition(".")[0] == __package__:
            if module != rebuilding.__name__:
                raise CheckpointInvalid("it names something of ours: %s.%s" % (module, name))
            return getattr(rebuilding, name)
        if module == "__main__":
            raise CheckpointInvalid("it names %s, which it does not hold" % name)
        return super().find_class(module, name)


class _Sink:
    """A file that keeps nothing."""

    @staticmethod
    def write(data):
        return data.raw().nbytes if hasattr(data, "raw") else len(data)


def write(path, cells):
    """Writes the state to a FIFO; what was left out, as ``{name, reason}``. Calls user code."""
    fd = os.open(path, os.O_WRONLY)
    try:
        namespace = cells.namespace
        variables, skipped = _keepable(namespace, _variables(namespace))
        last, skipped_last = _keepable(namespace, {"_" * (n + 1): value for n, value in enumerate(cells.last)})
        writer = ChunkWriter(fd)
        pickle.Pickler(writer, 5).dump(_surroundings(cells))
        pickler = _Pickler(writer, namespace)
        definitions = {name: value for name, value in variables.items() if _is_definition(value)}
        pickler.dump(definitions)
        pickler.dump(({name: value for name, value in variables.items() if name not in definitions}, last))
        writer.finish()
        return skipped + skipped_last
    finally:
        os.close(fd)


def read(path, cells):
    """Reads a state from a FIFO and puts it in the place of the one there is; what was left out. Calls user code.

    Raises CheckpointInvalid, with the state as it was.
    """
    fd = os.open(path, os.O_RDONLY)
    module = type(sys)("__main__")
    module.__builtins__ = builtins
    rebuilding.target = module
    try:
        reader = ChunkReader(fd)
        surroundings = _Unpickler(reader).load()
        _check(surroundings)
        unpickler = _Unpickler(reader)
        module.__dict__.update(unpickler.load())
        variables, last = unpickler.load()
        reader.check_end()
    except CheckpointInvalid:
        raise
    except Exception as error:
        text = attempt(lambda: str(error), "")
        raise CheckpointInvalid("%s: %s" % (qualname(type(error)), text)) from None
    finally:
        rebuilding.target = None
        os.close(fd)
    module.__dict__.update(variables)
    sys.modules["__main__"] = module
    return _take_on(module.__dict__, surroundings, last, cells)


def _variables(namespace):
    return {name: value for name, value in dict.copy(namespace).items() if name not in _NOT_THE_USERS}


def _is_definition(value):
    kind = type(value)
    return kind in (type(sys), type(_is_definition)) or issubclass(kind, type)


def _keepable(namespace, variables):
    """Those that can be kept, and the others with the reason."""
    if _fault(namespace, variables) is None:
        return variables, []
    kept, skipped = {}, []
    for name, value in variables.items():
        reason = _fault(namespace, value)
        if reason is None:
            kept[name] = value
        else:
            skipped.append({"name": name, "reason": reason})
    return kept, skipped


def _fault(namespace, value):
    """Why something cannot be kept, ``None`` if it can."""
    try:
        _Pickler(_Sink, namespace).dump(value)
        return None
    except KeyboardInterrupt:
        raise
    except Unkeepable as error:
        return error.what if error.obj is value else "it holds " + error.what
    except BaseException as error:
        return "%s: %s" % (qualname(type(error)), attempt(lambda: str(error), ""))


def _surroundings(cells):
    random = sys.modules.get("random")
    return {
        "python": list(sys.version_info[:2]),
        "directory": attempt(os.getcwd),
        "environment": {name: value for name, value in os.environ.items() if name != _MARKER},
        "path": [entry for entry in sys.path if type(entry) is str],
        "cells": sources.all_cells(),
        "count": cells.count,
        "flags": cells.flags,
        "random": attempt(random.getstate) if random else None,
    }


def _check(surroundings):
    here = list(sys.version_info[:2])
    if type(surroundings) is not dict or type(surroundings.get("python")) is not list:
        raise CheckpointInvalid("it does not say which Python it is of")
    if surroundings["python"] != here:
        versions = tuple(".".join(map(str, version)) for version in (surroundings["python"], here))
        raise CheckpointInvalid("it is of Python %s, this one is %s" % versions)


def _take_on(namespace, surroundings, last, cells):
    skipped = []
    cells.take_on(namespace, surroundings["count"], surroundings["flags"], list(last.values()))
    for name, code in surroundings["cells"].items():
        sources.remember(name, code)
    marker = os.environ.get(_MARKER)
    os.environ.clear()
    os.environ.update(surroundings["environment"])
    if marker is not None:
        os.environ[_MARKER] = marker
    sys.path[:] = surroundings["path"]
    if surroundings["random"] is not None:
        attempt(lambda: import_standard("random").setstate(surroundings["random"]))
    try:
        if surroundings["directory"] is not None:
            os.chdir(surroundings["directory"])
    except OSError as error:
        skipped.append({"name": "current directory", "reason": str(error)})
    return skipped
