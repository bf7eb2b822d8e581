"""`--watch`: a change of the rules file is taken up when the file is quiet, look by look."""

import asyncio
import os
from collections.abc import Callable
from inspect import isawaitable
from pathlib import Path

import pytest

from agi_server.service_state import Origin
from agi_server.watching import REST_LOOKS, Watch
from tests.agi_server.rules_file import BAD, RulesFile, good

Step = Callable[[], object]
"""What happens between two looks; it may be awaitable."""


@pytest.fixture
def file(tmp_path: Path) -> RulesFile:
    """A rules file that is served by."""
    return RulesFile(tmp_path / "rules.yaml")


def watch(file: RulesFile, *steps: Step) -> list[str]:
    """Do these steps, a look after each; what was in force after each look."""
    watching = Watch(file.path, file.first, file.changes)
    served: list[str] = []

    async def each_step() -> None:
        for step in steps:
            done = step()
            if isawaitable(done):
                await done
            await watching.look()
            served.append(file.revision)

    asyncio.run(each_step())
    return served


def nothing() -> None:
    """A second in which nothing happens."""


def test_a_change_is_taken_up_when_the_file_is_quiet(file: RulesFile) -> None:
    """At the second look that sees it."""
    old = file.revision
    served = watch(file, nothing, nothing, lambda: file.write(1), nothing, nothing)
    assert served == [old, old, old, served[3], served[3]]
    assert served[3] != old
    assert file.changes.state.origin is Origin.WATCH
    assert len(file.kept) == 2


def test_a_change_from_before_the_first_look_is_taken_up(file: RulesFile) -> None:
    """Somebody saved while the workers were starting."""
    new = file.write(1)
    assert watch(file, nothing, nothing)[-1] == new


def test_a_save_under_way_is_waited_for(file: RulesFile) -> None:
    """The file is cut short, then gone, then grows; nothing of that is even tried."""
    old, whole = file.revision, good(1)

    def save(size: int) -> Callable[[], object]:
        return lambda: file.path.write_text(whole[:size], encoding="utf-8")

    steps = [nothing, nothing, save(0), file.path.unlink, save(100), save(2000), save(len(whole))]
    served = watch(file, *steps, nothing)
    assert served[:-1] == [old] * 7
    assert served[-1] != old
    assert file.changes.failed_reloads == 0


def test_an_editor_may_put_another_file_in_its_place(file: RulesFile) -> None:
    """Of the same size and the same time: vim, and `mv`, do that."""

    def replace() -> None:
        other = file.path.with_name("other")
        other.write_text(good(0)[:-2] + "9\n", encoding="utf-8")
        was = file.path.stat()
        os.utime(other, ns=(was.st_atime_ns, was.st_mtime_ns))
        other.replace(file.path)

    served = watch(file, nothing, nothing, replace, nothing)
    assert served[-1] != served[0]


def test_a_bad_file_is_tried_once(file: RulesFile) -> None:
    """The old rules stay, and the log is not filled."""
    old = file.revision
    served = watch(file, lambda: file.path.write_text(BAD, encoding="utf-8"), *[nothing] * 5)
    assert served == [old] * 6
    assert file.changes.failed_reloads == 1


def test_a_file_that_stays_away_is_told_once(file: RulesFile) -> None:
    """And taken up when it is back."""
    watch(file, nothing, nothing, file.path.unlink, *[nothing] * 5)
    assert file.changes.failed_reloads == 1
    new = file.write(1)
    assert watch(file, nothing, nothing)[-1] == new


def test_a_service_that_was_rolled_back_stays_so(file: RulesFile) -> None:
    """Even when the file is saved again as it was; until it holds something else."""
    old = file.revision

    def save_again() -> None:
        file.path.write_text(good(1), encoding="utf-8")

    served = watch(
        file,
        *[nothing, nothing, lambda: file.write(1), nothing, file.changes.rollback],
        *[nothing, nothing, save_again, nothing, nothing],
    )
    assert served[3] != old
    assert served[4:] == [old] * 6
    assert watch(file, lambda: file.write(2), nothing)[-1] == file.write(2)


def test_a_rollback_right_after_a_reload_is_not_undone(file: RulesFile) -> None:
    """The watch has not seen the change that the reload took up before it."""
    old = file.revision
    steps = [lambda: file.write(1), file.changes.reload, file.changes.rollback]
    assert watch(file, nothing, nothing, *steps, nothing, nothing)[-3:] == [old] * 3
    assert len(file.kept) == 3


def test_included_files_are_watched(file: RulesFile) -> None:
    """Also those that the main file names anew, and that are missing at first."""
    old, more = file.revision, file.path.with_name("more.yaml")

    def include() -> None:
        text = good(1) + "include: [more.yaml]\n"
        file.path.write_text(text, encoding="utf-8")

    def write(name: str) -> Step:
        text = f"prompts: {{{name}: {{fa: سلام, en: Hello}}}}\n"
        return lambda: more.write_text(text, encoding="utf-8")

    served = watch(file, include, nothing, write("one"), nothing, write("another"), nothing)
    assert served[2] == old
    assert len({old, served[3], served[5]}) == 3
    assert list(file.rules.book.policy.prompts)[-1] == "another"
    assert file.changes.failed_reloads == 1


def test_good_rules_that_the_workers_could_not_take_are_tried_again(file: RulesFile) -> None:
    """After a rest: the file has not changed, but what stood in the way may have passed."""

    def refuse() -> None:
        file.refuse = "worker 1: died while it loaded them"
        file.write(1)

    def pass_by() -> None:
        file.refuse = ""

    served = watch(file, refuse, nothing, *[pass_by] * REST_LOOKS)
    assert file.changes.failed_reloads == 1
    assert served[-2] == file.first.revision
    assert served[-1] != file.first.revision
