"""Finding a site's scripts: what serves, and what each mistake is told."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi_server.compat import ScriptThreads, load_scripts
from agi_server.listening import listen
from agi_server.server import AgiServer
from agi_server.settings import SettingsError
from agi_server.testing import FakeChannel
from agi_server.testing import agi as call
from tests.conversations.dictating import run

GOOD = "def greet(agi):\n    agi.set_variable('WHO', 'greet')\n\ndef other(agi):\n    pass\n"


@pytest.fixture(autouse=True)
def imports_as_they_were() -> Iterator[None]:
    """What a test imports is forgotten after it."""
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


@pytest.fixture(name="folder")
def folder_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is searched for modules, with a good one in it."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "site_scripts.py").write_text(GOOD, encoding="utf-8")
    return tmp_path


def problem_of(spec: str) -> str:
    """What the administrator reads."""
    with pytest.raises(SettingsError) as problem:
        load_scripts(spec)
    return str(problem.value)


def test_scripts_by_module_and_by_file_are_served(folder: Path) -> None:
    """Several, with blanks and an empty entry between them."""
    spec = f" hello=site_scripts:greet, ,old/bye={folder}/site_scripts.py:other,"

    handlers = load_scripts(spec, threads=ScriptThreads(2))

    assert sorted(handlers) == ["hello", "old/bye"]

    async def hear() -> FakeChannel:
        server = AgiServer(handlers)
        host, port = await server.start(listen(port=0))
        channel = FakeChannel()
        result = await call(channel, f"agi://{host}:{port}/hello?x=1")
        await server.stop()
        assert result.status == "SUCCESS"
        return channel

    channel = run(hear())
    assert channel.variables["WHO"] == "greet"
    assert channel.variables["RAHYAB_DONE"] == "hello"


def test_nothing_set_is_nothing_served() -> None:
    """As on every site without scripts."""
    assert load_scripts("") == {}


def test_a_file_finds_the_modules_beside_it(tmp_path: Path) -> None:
    """As a process does that is started from it."""
    (tmp_path / "beside_it.py").write_text("NAME = 'x'\n", encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text("from beside_it import NAME\ndef main(agi): pass\n", encoding="utf-8")

    assert list(load_scripts(f"x={script}:main")) == ["x"]


def test_a_script_may_still_be_a_process_of_its_own(tmp_path: Path) -> None:
    """Its own start at the end of the file does not run when it is mounted."""
    script = tmp_path / "script.py"
    script.write_text(
        "from asterisk.agi import AGI\n"
        "def main(agi): pass\n"
        "if __name__ == '__main__':\n    main(AGI())\n",
        encoding="utf-8",
    )

    assert list(load_scripts(f"x={script}:main")) == ["x"]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("site_scripts", r"'site_scripts': write name=module:function or name=/path/to"),
        ("x=site_scripts", "write name=module:function"),
        ("incoming=site_scripts:greet", "the name 'incoming' is taken"),
        ("ended=site_scripts:greet", "the name 'ended' is taken"),
        ("x=site_scripts:greet,x=site_scripts:other", "the name 'x' is taken"),
        ("a?b=site_scripts:greet", "'a\\?b' cannot be asked for"),
        ("x=no_such_module:greet", "there is no module no_such_module: PYTHONPATH names"),
        ("x=/nowhere/script.py:greet", "there is no file /nowhere/script.py"),
        ("x=site_scripts:gret", "no function gret in it; it has: greet, other"),
    ],
)
def test_mistakes_in_the_setting(folder: Path, spec: str, message: str) -> None:
    """Each says what was found and what to write."""
    del folder
    assert re.search(message, problem_of(spec))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def main(agi)\n", r"importing it failed: SyntaxError: .*line 1"),
        (
            "\nimport no_such_thing\n",
            r"line 2 of .*py\): ModuleNotFoundError.*no_such_thing",
        ),
        ("1 / 0\n", r"line 1 of .*script.py\): ZeroDivisionError"),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
        ("X = 1\n", "no function main in it; it has: none"),
        ("async def main(agi): pass\n", "main is asynchronous"),
        ("def main(): pass\n", r"main must take one argument: def main\(agi\)"),
        ("def main(agi, what): pass\n", "main must take one argument"),
        (
            "from asterisk.agi import AGI\nagi = AGI()\nagi.answer()\n",
            r"line 2 of .*script.py\): ValueError.*It makes an AGI\(\) of its own",
        ),
    ],
)
def test_mistakes_in_a_script(tmp_path: Path, source: str, message: str) -> None:
    """Told with the line, without a traceback, and without waiting for standard input."""
    script = tmp_path / "script.py"
    script.write_text(source, encoding="utf-8")

    told = problem_of(f"x={script}:main")

    assert re.search(message, told)
    assert "Traceback" not in told


def test_a_module_that_imports_what_is_not_there(folder: Path) -> None:
    """Is another mistake than a module that is not there itself."""
    (folder / "broken_script.py").write_text("import no_such_thing\n", encoding="utf-8")

    told = problem_of("x=broken_script:main")

    assert "ModuleNotFoundError: No module named 'no_such_thing'" in told
    assert "PYTHONPATH" not in told


def test_all_mistakes_are_told_at_once() -> None:
    """One line for each."""
    told = problem_of("x=no_such_module:greet,incoming=no_such_module:greet")

    assert len(told.splitlines()) == 2
