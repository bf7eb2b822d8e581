"""Finding a site's scripts by what the settings say of them."""

import importlib
import importlib.util
import inspect
import re
import sys
import threading
from collections.abc import Collection, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from agi_server.compat.mounting import Script, ScriptThreads, mount
from agi_server.session import Handler
from agi_server.settings import SettingsError
from dialplan import contract

_ENTRY: Final = re.compile(r"(?P<name>[^=\s]+)=(?P<place>.+):(?P<function>[^:]+)")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*", re.ASCII)
_SYNTAX: Final = (
    "write name=module:function or name=/path/to/file.py:function, commas between several"
)


class _UnusableError(Exception):
    """A script cannot be served; the message says why."""


def load_scripts(
    spec: str,
    taken: Collection[str] = tuple(contract.Script),
    threads: ScriptThreads | None = None,
) -> Mapping[str, Handler]:
    """The handlers of a site's own scripts, for `AgiServer`.

    Modules are imported here, once, in a thread that is not the main one: a file that makes an
    `AGI()` of its own while it is imported is found out, before it waits for standard input.

    Args:
        spec: `name=module:function` or `name=/path/to/file.py:function`, with commas between
            several; `agi://server/name` asks for it. May be empty. The folder of a file is searched
            for the modules that it imports.
        taken: Names that are not to be had.
        threads: Where all of them run; None: in as many as `MOST_SCRIPTS`.

    Raises:
        SettingsError: an entry cannot be used; the message has a line for each such entry.
    """
    pool = ScriptThreads() if threads is None else threads
    handlers: dict[str, Handler] = {}
    problems: list[str] = []
    for entry in filter(None, map(str.strip, spec.split(","))):
        try:
            name, script = _load(entry, (*taken, *handlers))
        except _UnusableError as problem:
            problems.append(f"script {entry!r}: {problem}")
        else:
            handlers[name] = mount(script, pool)
    if problems:
        raise SettingsError("\n".join(problems))
    return handlers


def _load(entry: str, taken: Collection[str]) -> tuple[str, Script]:
    parts = _ENTRY.fullmatch(entry)
    if parts is None:
        raise _UnusableError(_SYNTAX)
    name, place, function = parts["name"], parts["place"], parts["function"]
    if _NAME.fullmatch(name) is None:
        raise _UnusableError(f"{name!r} cannot be asked for: letters, digits, . _ - and / only")
    if name in taken:
        raise _UnusableError(f"the name {name!r} is taken: choose another")
    module = _Importing(name, place).result()
    return name, _checked(getattr(module, function, None), function, module)


def _checked(script: object, function: str, module: ModuleType) -> Script:
    if not callable(script):
        plain = sorted(
            name
            for name, value in vars(module).items()
            if inspect.isfunction(value) and value.__module__ == module.__name__
        )
        raise _UnusableError(
            f"there is no function {function} in it; it has: {', '.join(plain) or 'none'}"
        )
    if inspect.iscoroutinefunction(script):
        raise _UnusableError(f"{function} is asynchronous: such a one is a handler, not a script")
    try:
        inspect.signature(script).bind(object())
    except TypeError:
        raise _UnusableError(f"{function} must take one argument: def {function}(agi)") from None
    except ValueError:
        pass  # a callable without a signature: it will say for itself
    return script


class _Importing(threading.Thread):
    """The import of one script's module, away from the main thread."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name=f"import of script {name}", daemon=True)
        self._name = name
        self._place = place
        self._module: ModuleType | None = None
        self._problem = ""
        self.start()

    def run(self) -> None:
        """In the thread: import it, or find out why not."""
        try:
            is_file = self._place.endswith(".py")
            self._module = (
                _module_of_file(self._name, Path(self._place))
                if is_file
                else _module_of_name(self._place)
            )
        except _UnusableError as problem:
            self._problem = str(problem)
        except BaseException as error:  # noqa: BLE001  whatever a site's file raises is its author's
            self._problem = _blame(error)

    def result(self) -> ModuleType:
        """Wait for it; the module."""
        self.join()
        if self._module is None:
            raise _UnusableError(self._problem)
        return self._module


def _module_of_name(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A module that it imports in its turn may also be missing: that is another mistake.
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise _UnusableError(
            f"there is no module {name}: PYTHONPATH names the folders that are searched, "
            "or name the file itself, /path/to/file.py"
        ) from None


def _module_of_file(name: str, file: Path) -> ModuleType:
    if not file.is_file():
        raise _UnusableError(f"there is no file {file}")
    inner = "rahyab_script_" + re.sub(r"\W", "_", name)
    made = importlib.util.spec_from_file_location(inner, file)
    if made is None or made.loader is None:
        raise _UnusableError(f"{file} is no Python file")
    folder = str(file.resolve().parent)
    if folder not in sys.path:
        # Last, so that nothing of ours is hidden by a file of the same name.
        sys.path.append(folder)
    module = importlib.util.module_from_spec(made)
    sys.modules[inner] = module
    try:
        made.loader.exec_module(module)
    except BaseException:
        del sys.modules[inner]
        raise
    return module


def _blame(error: BaseException) -> str:
    """What went wrong in a site's own file, and in which line of it."""
    frames = inspect.getinnerframes(error.__traceback__) if error.__traceback__ else []
    ours = str(Path(__file__))
    theirs = [f for f in frames if f.filename != ours and "importlib" not in f.filename]
    where = f" (line {theirs[0].lineno} of {theirs[0].filename})" if theirs else ""
    what = f"importing it failed{where}: {type(error).__name__}: {error}"
    if isinstance(error, ValueError) and "signal only works" in str(error):
        return (
            f"{what}. It makes an AGI() of its own while it is imported: take that out, and put "
            "what follows it into a function, def script(agi)"
        )
    return what
