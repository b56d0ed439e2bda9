"""What the session asks for between executions. Each request has one answer; nothing that user code does in it ends us."""

from .channel import ChannelClosed
from .gate import defers, gate
from .representation import attempt
from .type_names import qualname
from .wire_text import sayable


class Refused(Exception):
    """A request that cannot be done; ``code`` is one of the protocol's error codes."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Operations:
    def __init__(self, channel, cells):
        self._channel = channel
        self._cells = cells
        self._methods = {
            "checkpoint": self._checkpoint,
            "restore": self._restore,
            "list_variables": self._list_variables,
            "set_variable": self._set_variable,
            "delete_variables": self._delete_variables,
            "list_modules": self._list_modules,
            "complete": self._complete,
            "inspect": self._inspect,
        }

    @defers
    def answer(self, message):
        """Whether the message was a request of this kind."""
        method = self._methods.get(message["type"])
        if method is None:
            return False
        gate.has_execution = True  # an interrupt is for what runs now
        try:
            answer = gate.open(lambda: method(message))
        except BaseException as error:
            gate.is_own = True
            answer = self._refusal(error)
        gate.has_execution = False
        gate.forget_interrupts()
        try:
            self._channel.send({**answer, "requestId": message["requestId"]})
        except ChannelClosed:
            raise
        except Exception as error:  # no message can hold it
            self._channel.send({**self._refusal(error), "requestId": message["requestId"]})
        return True

    @staticmethod
    def _refusal(error):
        if type(error) is Refused:
            return {"type": "refused", "code": error.code, "message": sayable(str(error))}
        text = attempt(lambda: str(error), "")
        message = "%s: %s" % (qualname(type(error)), text)
        return {"type": "refused", "code": "internal", "message": sayable(message[:10_000])}

    def _checkpoint(self, message):
        from . import checkpoint

        skipped = checkpoint.write(message["path"], self._cells)
        return {"type": "checkpointed", "format": checkpoint.FORMAT, "skipped": _sayable(skipped)}

    def _restore(self, message):
        from . import checkpoint

        try:
            skipped = checkpoint.read(message["path"], self._cells)
        except checkpoint.CheckpointInvalid as error:
            raise Refused("checkpoint_invalid", str(error)) from None
        return {"type": "restored", "skipped": _sayable(skipped)}

    def _list_variables(self, message):
        from . import namespace

        items = namespace.variables(self._cells.namespace, message["names"], message["withValues"])
        return {"type": "variables", "items": items}

    def _set_variable(self, message):
        from . import namespace

        name = message["name"]
        if not name.isidentifier() or namespace.is_ours(name):
            raise Refused("invalid_request", "variable %.100r: allowed are identifiers that Python does not need itself" % name)
        try:
            value = namespace.decode(message["value"])
        except (ValueError, TypeError, KeyError) as error:
            raise Refused("invalid_request", "value of %s: %s" % (name, error)) from None
        self._cells.namespace[name] = value
        return {"type": "done"}

    def _delete_variables(self, message):
        from . import namespace

        missing = namespace.delete(self._cells.namespace, message["names"])
        if missing:
            raise Refused("variable_not_found", "variables that are not there: " + ", ".join(missing)[:1000])
        return {"type": "done"}

    def _list_modules(self, _):
        from . import namespace

        return {"type": "modules", "items": namespace.modules(self._cells.namespace, self._cells.imports)}

    def _complete(self, message):
        from . import completion

        matches, start, end = completion.complete(message["code"], message["cursor"], self._cells.namespace)
        return {"type": "completions", "matches": [sayable(match) for match in matches], "start": start, "end": end}

    def _inspect(self, message):
        from . import completion

        return {"type": "inspected", "mime": completion.describe(message["code"], message["cursor"], self._cells.namespace)}


def _sayable(skipped):
    return [{name: sayable(text[:1000]) for name, text in entry.items()} for entry in skipped]
