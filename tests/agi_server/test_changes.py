"""Changing the rules of a running service: reload, rollback, and what the file holds beside it."""

import asyncio
import os
from pathlib import Path
from threading import Event

import pytest

from agi_server import changes
from agi_server.changes import MOST_EARLIER
from agi_server.control import NotTaken, RolledBack, Taken
from agi_server.policy import PolicyError, load_policy_file
from agi_server.service_state import Origin
from tests.agi_server.rules_file import BAD, RulesFile


@pytest.fixture
def file(tmp_path: Path) -> RulesFile:
    """A rules file that is served by."""
    return RulesFile(tmp_path / "rules.yaml")


def reload(file: RulesFile) -> Taken | NotTaken:
    """Reload once."""
    return asyncio.run(file.changes.reload())


def rollback(file: RulesFile) -> RolledBack | NotTaken:
    """Roll back once."""
    return asyncio.run(file.changes.rollback())


def test_a_reload_takes_the_file(file: RulesFile) -> None:
    """Since when and how is known."""
    before = file.revision
    after = file.write(1)
    assert reload(file) == Taken(str(file.path), after, before)
    assert file.revision == after
    state = file.changes.state
    assert (state.revision, state.origin, state.earlier) == (after, Origin.RELOAD, 1)
    assert file.kept[-1] == (after, state.since)


def test_a_file_of_the_same_text_changes_nothing(file: RulesFile) -> None:
    """Workers are not even asked, and there is nothing more to roll back to."""
    file.refuse = "they would refuse"
    state = file.changes.state
    assert reload(file) == Taken(str(file.path), file.revision, file.revision)
    assert file.changes.state == state
    assert len(file.kept) == 1


def test_a_file_with_problems_is_refused_with_all_of_them(file: RulesFile) -> None:
    """And with the text that has them; what is in force stays."""
    before = file.revision
    file.path.write_text(BAD, encoding="utf-8")
    with pytest.raises(PolicyError) as found:
        load_policy_file(file.path)
    answer = reload(file)
    assert isinstance(answer, NotTaken)
    assert answer.problems == found.value.problems
    assert BAD.encode("unicode_escape")[:20].decode() in answer.rules
    assert (answer.revision, file.revision) == (before, before)
    failure = file.changes.failure
    assert failure is not None
    assert (failure.problem, file.changes.failed_reloads) == (found.value.problems[0], 1)


def test_a_success_ends_a_failure(file: RulesFile) -> None:
    """Also one that finds the old text again: somebody has taken the bad one back."""
    file.path.unlink()
    answer = reload(file)
    assert isinstance(answer, NotTaken)
    assert "cannot be read" in answer.reason
    assert file.changes.failure is not None
    file.write(0)
    reload(file)
    assert file.changes.failure is None
    assert file.changes.failed_reloads == 1


def test_what_workers_refuse_is_refused(file: RulesFile) -> None:
    """In their words."""
    file.write(1)
    file.refuse = "worker 2: died while it loaded them"
    assert reload(file) == NotTaken(file.revision, file.refuse)
    assert file.changes.state.origin is Origin.START


def test_rollback_goes_back_and_back(file: RulesFile) -> None:
    """Each time to what was in force before, as far as it is kept; a reload goes forward again."""
    revisions = [file.revision]
    for number in range(1, 4):
        revisions.append(file.write(number))
        reload(file)
    for expected in (2, 1, 0):
        answer = rollback(file)
        assert isinstance(answer, RolledBack)
        assert (answer.revision, answer.before) == (revisions[expected], revisions[expected + 1])
        assert file.revision == revisions[expected]
        assert answer.earlier == expected
        assert (answer.file.differs, answer.file.revision) == (True, revisions[3])
    assert isinstance(rollback(file), NotTaken)
    assert file.revision == revisions[0]
    assert file.changes.state.origin is Origin.ROLLBACK
    assert isinstance(reload(file), Taken)
    assert file.revision == revisions[3]
    assert [name for name, _ in file.kept] == [revisions[n] for n in (0, 1, 2, 3, 2, 1, 0, 3)]


def test_with_nothing_before_a_rollback_says_so(file: RulesFile) -> None:
    """Nothing changes."""
    answer = rollback(file)
    assert isinstance(answer, NotTaken)
    assert "there is nothing to roll back to" in answer.reason


def test_a_rollback_that_workers_refuse_leaves_the_way_back_open(file: RulesFile) -> None:
    """It can be tried again."""
    first = file.revision
    second = file.write(1)
    reload(file)
    file.refuse = "worker 1: died while it loaded them"
    assert rollback(file) == NotTaken(second, file.refuse)
    assert file.changes.failed_reloads == 0
    file.refuse = ""
    assert isinstance(rollback(file), RolledBack)
    assert file.revision == first


def test_only_so_many_revisions_are_kept_to_go_back_to(file: RulesFile) -> None:
    """The oldest are forgotten."""
    for number in range(1, MOST_EARLIER + 3):
        file.write(number)
        reload(file)
    assert file.changes.state.earlier == MOST_EARLIER
    for _ in range(MOST_EARLIER):
        assert isinstance(rollback(file), RolledBack)
    assert isinstance(rollback(file), NotTaken)


def test_the_state_of_the_file_is_told(file: RulesFile) -> None:
    """The same, other rules, bad ones, none."""

    def state() -> tuple[bool, int, bool]:
        found = asyncio.run(file.changes.file_state())
        assert found.file == str(file.path)
        return found.differs, found.errors, bool(found.trouble)

    assert state() == (False, 0, False)
    file.write(1)
    assert state() == (True, 0, False)
    file.path.write_text(BAD, encoding="utf-8")
    assert state() == state() == (True, 1, False)
    file.path.unlink()
    assert state() == (True, 0, True)


def test_changes_come_one_after_the_other(file: RulesFile) -> None:
    """Two operators at once do not mix."""
    first, second = file.revision, file.write(1)

    async def both() -> list[Taken | NotTaken | RolledBack]:
        changes = file.changes
        return await asyncio.gather(changes.reload(), changes.rollback(), changes.reload())

    taken, back, again = asyncio.run(both())
    assert taken == again == Taken(str(file.path), second, first)
    assert isinstance(back, RolledBack)
    assert (back.revision, back.before) == (first, second)


def test_a_file_that_never_answers_holds_nobody_up(
    file: RulesFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reload from a mount that hangs is refused in time, and the next change goes its way."""
    monkeypatch.setattr(changes, "READ_SECONDS", 0.05)
    answers = Event()

    def look() -> None:
        answers.wait()

    async def both() -> RolledBack | NotTaken:
        await file.changes.follow(look)
        return await file.changes.rollback()

    assert "nothing to roll back to" in str(asyncio.run(both()))
    answers.set()
    failure = file.changes.failure
    assert failure is not None
    assert "rules.yaml cannot be read: no answer in 0.05 s" in failure.reason


def test_a_pipe_in_place_of_the_file_is_refused(file: RulesFile) -> None:
    """Nothing waits for somebody to write to it."""
    file.path.unlink()
    os.mkfifo(file.path)
    answer = reload(file)
    assert isinstance(answer, NotTaken)
    assert "is a pipe (FIFO)" in answer.reason
    state = asyncio.run(file.changes.file_state())
    assert (state.revision, "is a pipe (FIFO)" in state.trouble) == (None, True)
