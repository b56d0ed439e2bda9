"""IPython's shell inside a session: cells run as in Jupyter, and what they show leaves as displays of the session.

Each display that comes from here has one more representation, of type ``ENVELOPE``: what a Jupyter kernel would say
besides the data. IPython 7.24 or newer; where there is none, cells run without it.
"""

import builtins
import json
import os
import platform
import signal
import sys
import tempfile
import threading
from types import ModuleType
from zlib import crc32

ENVELOPE = "application/vnd.holdfast.notebook+json"
_MODULE = "holdfast_notebook"
_BASE64 = ("image/png", "image/jpeg", "application/pdf")
_INLINE = "module://matplotlib_inline.backend_inline"

_module = sys.modules.get(_MODULE)
_show = _module.show if _module else builtins.display  # the session's own: IPython puts its own in this place


def start(wants_ipython):
    """Makes the shell, once in a process, and tells which IPython it is, or why there is none."""
    version, reason = None, "not asked for"
    if wants_ipython:
        try:
            version, reason = _install(), None
        except Exception as error:  # not there, or too old, or spoilt
            reason = "%s: %s" % (type(error).__name__, error)
    _tell({"type": "started", "python": platform.python_version(), "ipython": version, "reason": reason})


def _install():
    if _module is not None:
        return _module.version
    import IPython

    run = _make_run(_make_shell())
    module = sys.modules[_MODULE] = ModuleType(_MODULE)
    module.version, module.run, module.show = IPython.__version__, run, _show
    return module.version


def _tell(envelope, data=None, **options):
    """A display of the session. JSON becomes text in it, and base64 bytes: the envelope says where it ends with a newline."""
    data = data or {}
    envelope["newlines"] = [kind for kind, content in data.items() if _ends_in_newline(kind, content)]
    data = {kind: json.dumps(content) if _is_json(kind) else content for kind, content in data.items()}
    _show({**data, ENVELOPE: json.dumps(envelope)}, raw=True, **options)


def _ends_in_newline(kind, content):
    """Jupyter writes one behind the base64 of bytes; that of texts is as it is."""
    return isinstance(content, bytes) or (kind in _BASE64 and str(content).endswith("\n"))


def _is_json(kind):
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _make_run(shell):
    async def run(code, can_ask):
        """Runs a cell, in the way of ipykernel. What it raised is raised again when all has been told."""
        read_line = builtins.input
        if not can_ask:
            builtins.input = _refuse_input
        try:
            result = await run_cell(code)
        finally:
            if builtins.input is _refuse_input:
                builtins.input = read_line
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return
        _tell({"type": "failed"})
        if isinstance(error, SystemExit):  # ends no kernel, and would end the session
            raise RuntimeError("SystemExit: %s" % error)
        raise error

    async def run_cell(code):
        try:
            transformed, failure = shell.transform_cell(code), None
        except Exception:
            transformed, failure = code, sys.exc_info()
        if shell.should_run_async(code, transformed_cell=transformed, preprocessing_exc_tuple=failure):
            result = None
            try:
                result = await shell.run_cell_async(
                    code, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=failure
                )
            finally:
                shell.events.trigger("post_execute")
                shell.events.trigger("post_run_cell", result)
            return result
        return shell.run_cell(code, store_history=True)

    return run


def _refuse_input(prompt=""):
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _make_shell():
    from IPython.core.application import ProfileDir
    from IPython.core.compilerop import CachingCompiler
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.error import UsageError
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Compiler(CachingCompiler):
        def get_code_name(self, raw_code, code, number):
            """As ipykernel has it, a file that is not there: IPython shows cells with other names in other colours."""
            name = "%d.py" % crc32(raw_code.encode("utf-8", "surrogatepass"))
            return os.path.join(tempfile.gettempdir(), "holdfast_%d" % os.getpid(), name)

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, *_, transient=None, update=False, **__):
            self._validate_data(data, metadata or {})
            name = (transient or {}).get("display_id")
            envelope = {"type": "display_data", "metadata": metadata or {}}
            _tell(envelope, data, display_id=name, update=update)

        def clear_output(self, wait=False):
            _tell({"type": "clear_output", "wait": bool(wait)})

    class Hook(DisplayHook):
        def write_output_prompt(self):
            pass

        def write_format_data(self, format_dict, md_dict=None):
            envelope = {"type": "execute_result", "metadata": md_dict or {}, "executionCount": self.prompt_count}
            _tell(envelope, format_dict)

        def finish_displayhook(self):
            pass

    class Shell(InteractiveShell):
        def showtraceback(self, *arguments, **options):
            """An interrupt is shown whole: a session repeats one that it has not seen taken, and that may come now."""
            is_interrupt = isinstance(sys.exc_info()[1], KeyboardInterrupt)
            if not is_interrupt or threading.current_thread() is not threading.main_thread():
                return super().showtraceback(*arguments, **options)
            handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                super().showtraceback(*arguments, **options)
            finally:
                signal.signal(signal.SIGINT, handler)

        def _showtraceback(self, etype, evalue, stb):
            error = {"ename": str(etype.__name__), "evalue": str(evalue), "traceback": list(stb)}
            _tell({"type": "error", **error}, {"text/plain": "\n".join(stb)})

        def init_hooks(self):
            super().init_hooks()
            self.set_hook("show_in_pager", lambda *_, **__: None, 99)  # a document has no pager: as in nbclient

        def init_virtualenv(self):
            pass

        def init_environment(self):
            """What commands print goes to a document."""
            os.environ.update(TERM="xterm-color", CLICOLOR="1", PAGER="cat", GIT_PAGER="cat")

        def enable_gui(self, gui=None):
            if gui not in (None, "inline"):
                raise UsageError("GUI event loop %r: a session has none" % gui)

        def ask_exit(self):
            pass

    for name in ("_", "__", "___"):
        builtins.__dict__.pop(name, None)  # of the session; IPython has them in the user's namespace
    with tempfile.TemporaryDirectory() as directory:
        shell = Shell.instance(
            user_module=sys.modules["__main__"],
            ipython_dir=directory,
            profile_dir=ProfileDir(location=directory),
            displayhook_class=Hook,
            display_pub_class=Publisher,
            compiler_class=Compiler,
            autoindent=False,
            config=Config({"HistoryManager": {"enabled": False}}),
        )
        shell.db = {}
    os.environ.setdefault("MPLBACKEND", _INLINE)
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].use(os.environ["MPLBACKEND"])
    return shell
