"""Compiles and runs one cell in ``__main__``."""

import __future__
import builtins
import sys
from _ast import PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST, Expr, Expression, Interactive

from . import mime, values
from .namespace import imported
from .representation import safe_repr
from .sources import remember

_DISPLAYHOOK = sys.displayhook
_CO_COROUTINE = 0x80
_FUTURES = 0
for _name in __future__.all_feature_names:
    _FUTURES |= getattr(__future__, _name).compiler_flag


class Cells:
    def __init__(self, get_loop):
        self._get_loop = get_loop
        self._count = 0
        self._flags = PyCF_ALLOW_TOP_LEVEL_AWAIT
        self.namespace = sys.modules["__main__"].__dict__
        self.codes = ()
        self._last = []
        self._imports = {}

    @property
    def imports(self):
        """Ids of executions, by the names of the modules that they imported."""
        return self._imports

    @property
    def count(self):
        return self._count

    @property
    def flags(self):
        return self._flags

    @property
    def last(self):
        """The last results, the newest first."""
        return list(self._last)

    @classmethod
    def rehearse(cls):
        """Goes the way of a cell once, beside the session: what is made and specialised on it is there for the first one."""
        cells = cls(None)
        cells.namespace = {"__builtins__": builtins}
        cells._keep = lambda value: None
        return cells.run("1+1", "<rehearsal>")

    def take_on(self, namespace, count, flags, last):
        """Goes on where other cells were."""
        self.namespace = namespace
        self._count, self._flags = count, flags
        if self._last or "_" not in builtins.__dict__:
            for index in range(3):
                builtins.__dict__.pop("_" * (index + 1), None)
            self._last = last
            for index, value in enumerate(last):
                builtins.__dict__["_" * (index + 1)] = value

    def next_name(self, code):
        self._count += 1
        name = "<cell %d>" % self._count
        remember(name, code)
        return name

    def note_imports(self, execution):
        """Modules that have become variables are this execution's, where its code speaks of importing."""
        if "import" in execution.code:
            for name in imported(self.namespace):
                self._imports.setdefault(name, execution.id)

    def run(self, code, name):
        """Runs every statement once; the value of the last one, if it is an expression, as ``result``, or ``None``."""
        self.codes = ()
        if code[:1] == "\ufeff":  # a mark of files that were saved on Windows
            code = code[1:]
        tree = compile(code, name, "exec", self._flags | PyCF_ONLY_AST, True)
        body, last = tree.body, None
        if body and type(body[-1]) is Expr and not _ends_in_semicolon(code, body[-1]):
            last = Expression(body.pop().value)
        steps = []
        if body:
            steps.append(compile(tree, name, "exec", self._flags, True))
            self._flags |= steps[0].co_flags & _FUTURES
        if last is not None:
            steps.append(compile(last, name, "eval", self._flags, True))
        self.codes = tuple(steps)
        if any(step.co_flags & _CO_COROUTINE for step in steps):
            value = self._get_loop().run(self._in_loop(steps))  # all of it, so that a task can be made anywhere in the cell
        else:
            value = None
            for step in steps:
                value = eval(step, self.namespace)
        if last is None or value is None:
            return None
        return self._result(value)

    async def _in_loop(self, steps):
        value = None
        for step in steps:
            value = eval(step, self.namespace)
            if step.co_flags & _CO_COROUTINE:
                value = await value
        return value

    def _result(self, value):
        hook = sys.displayhook
        if hook is not _DISPLAYHOOK:
            hook(value)
            return None
        text = safe_repr(value)
        tagged, is_truncated = values.encode(value, text)
        result = {
            "repr": text,
            "value": tagged,
            "valueTruncated": is_truncated,
            "mime": mime.bundle(value, text),
        }
        self._keep(value)
        return result

    def _keep(self, value):
        """``_``, ``__`` and ``___``, where the interactive interpreter keeps its own: a name of the user's goes first."""
        names = builtins.__dict__
        for index, kept in enumerate(self._last):
            if names.get("_" * (index + 1), names) is not kept:
                return  # somebody, such as gettext, has put something else there
        if not self._last and "_" in names:
            return
        self._last = [value, *self._last[:2]]
        for index, kept in enumerate(self._last):
            names["_" * (index + 1)] = kept


def _ends_in_semicolon(code, expression):
    """As in notebooks, a semicolon after the last expression keeps its value from being shown."""
    if ";" not in code:
        return False
    lines = code.split("\n")[expression.end_lineno - 1 :]
    rest = lines[0].encode("utf-8", "surrogatepass")[expression.end_col_offset :]
    return rest.lstrip().startswith(b";")
