"""`rahyab dialplan install` and `diff`, against a program that stands for Asterisk."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agi_server.cli.dialplan_files import BACKUPS_KEPT, backups, write_changed
from dialplan.conf_text import read_made, read_queues
from dialplan.contract import AGENT_QUEUE, FALLBACK_QUEUE
from tests.agi_server.dialplan_site import NAMES, Site
from tests.sample import TEXT

RELOADS = {"dialplan reload", "queue reload all"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A machine on which nothing was installed yet."""
    return Site(tmp_path)


def test_install_writes_reloads_and_looks(site: Site) -> None:
    """Asterisk has it all afterwards."""
    result = site.run("install")

    assert result.exit_code == 0, result.output
    assert result.output.endswith("Asterisk 22 has taken it\n")
    assert set(site.asked()) >= {*RELOADS, "queue show", "queue show rules"}
    assert "[support-fa]" in (site.folder / "loaded" / "queues.conf").read_text()


def test_a_second_install_finds_nothing_to_do(site: Site) -> None:
    """Nothing is written, and nothing is reloaded."""
    site.run("install")
    before = {path: path.stat().st_mtime_ns for path in site.ours.iterdir()}
    site.asked()
    result = site.run("install")

    assert result.exit_code == 0
    assert result.output.endswith("nothing to do: Asterisk 22 has what the rules make\n")
    assert not RELOADS & set(site.asked())
    assert {path: path.stat().st_mtime_ns for path in site.ours.iterdir()} == before


def test_what_was_built_without_a_reload_is_reloaded(site: Site) -> None:
    """Also where Asterisk does not show what has changed: here, the music."""
    site.run("install")
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    site.run("build")
    site.asked()
    result = site.run("install")

    assert result.exit_code == 0
    assert set(site.asked()) > RELOADS
    assert "musicclass=soul" in (site.folder / "loaded" / "queues.conf").read_text()


def test_an_asterisk_that_was_started_on_older_files_is_reloaded(site: Site) -> None:
    """It shows that it lacks something."""
    site.run("install")
    read = site.folder / "loaded" / "queues.conf"
    read.write_text(read.read_text().replace(",1,mina", ",7,mina"))
    site.asked()
    result = site.run("install")

    assert result.exit_code == 0
    assert set(site.asked()) > RELOADS
    assert ",7,mina" not in read.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_included_is_told_with_the_line_to_write(site: Site, name: str) -> None:
    """And where to write it; the files are there."""
    own = site.folder / "etc" / name
    own.write_text("")
    result = site.run("install")

    assert result.exit_code == 1
    assert f"{own} does not include it. Write at its end:" in result.output
    assert f'    #include "{site.ours / name}"\n' in result.output
    assert result.output.count("does not include it") == 1
    assert (site.ours / name).exists()

    own.write_text(f'#include "{site.ours / name}"\n')
    assert site.run("install").exit_code == 0


def test_a_first_install_names_every_file_that_is_not_included(site: Site) -> None:
    """Also one of which Asterisk shows nothing: without steps there are no penalty rules."""
    for name in NAMES:
        (site.folder / "etc" / name).write_text("")
    site.write_rules(without_steps(TEXT))
    result = site.run("install")

    assert result.exit_code == 1
    for name in NAMES:
        own = site.folder / "etc" / name
        assert f"{own} does not include it. Write at its end:" in result.output
        assert f'    #include "{site.ours / name}"\n' in result.output
    rules = site.ours / "queuerules.conf"
    assert f"Of {rules} Asterisk lacks nothing now" in result.output
    assert result.output.count("Asterisk has not taken") == 2


def without_steps(text: str) -> str:
    """The sample's rules with queues that let in nobody later."""
    return re.sub(r"need: .*\n    steps:\n(?:      .*\n)+", "need: [{skill: support}]\n", text)


def test_an_include_through_another_file_is_found(site: Site) -> None:
    """By a name without a folder, and by a pattern."""
    own = site.folder / "etc" / "queues.conf"
    own.rename(own.with_name("queues_custom.conf"))
    own.write_text('#include "queues_c*.conf"\n[broken\n')
    result = site.run("install")

    assert result.exit_code == 1
    assert f"{own} includes it. A mistake in a file of Asterisk's own" in result.output
    assert str(site.folder / "log") in result.output


def test_a_reload_that_was_refused_is_seen(site: Site) -> None:
    """Even where Asterisk shows nothing of what has changed; with the way back."""
    site.run("install")
    (site.folder / "etc" / "queues.conf").write_text(
        f'#include "{site.ours / "queues.conf"}"\n[broken\n'
    )
    site.let_time_pass()
    before = (site.ours / "queues.conf").read_text()
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    first, second = site.run("install"), site.run("install")

    assert (first.exit_code, second.exit_code) == (1, 1)
    assert f"Asterisk has not taken {site.ours / 'queues.conf'}" in first.output
    copy = next(line for line in first.output.splitlines() if "  cp -p " in line).split()
    assert Path(copy[2]).read_text() == before
    assert copy[3] == str(site.ours / "queues.conf")


def test_a_file_that_asterisk_may_not_read_is_named(site: Site) -> None:
    """Or the folder that is closed."""
    site.run("install")
    (site.folder / "etc" / "queues.conf").write_text(
        f'#include "{site.ours / "queues.conf"}"\n[broken\n'
    )
    (site.ours / "queues.conf").chmod(0o600)
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    site.let_time_pass()
    result = site.run("install")

    assert result.exit_code == 1
    closed = next(
        each
        for each in [*reversed(site.ours.parents), site.ours / "queues.conf"]
        if not each.stat().st_mode & (0o001 if each.is_dir() else 0o004)
    )
    assert f"{closed} is closed to its user" in result.output


def test_the_previous_version_stays_beside_it(site: Site) -> None:
    """Of what has changed, be it the revision alone; the answer names it."""
    site.run("install")
    before = (site.ours / "queues.conf").read_text()
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    result = site.run("install")
    (backup,) = backups(site.ours / "queues.conf")

    assert f"{site.ours / 'queues.conf'} (before: {backup.name})\n" in result.output
    assert backup.read_text() == before
    (of_dialplan,) = backups(site.ours / "extensions.conf")
    assert read_made(of_dialplan.read_text()) == read_made(before)
    site.run("install")
    assert backups(site.ours / "extensions.conf") == [of_dialplan]


def test_so_many_previous_versions_stay(tmp_path: Path) -> None:
    """The oldest go; names sort by time, and nobody else's files are touched."""
    strange = tmp_path / "queues.conf.2026-own-copy"
    strange.write_text("mine")
    begin = datetime(2026, 11, 22, 23, 59, 55, 999_999, tzinfo=UTC)
    for number in range(BACKUPS_KEPT + 3):
        now = begin + timedelta(seconds=number)
        write_changed(tmp_path, {"queues.conf": f"{number}\n"}, now)

    kept = [each.read_text() for each in backups(tmp_path / "queues.conf")]
    assert kept == [f"{number}\n" for number in range(2, BACKUPS_KEPT + 2)]
    assert strange.exists()
    assert len(list(tmp_path.iterdir())) == BACKUPS_KEPT + 2


def test_without_asterisk_the_files_are_written_and_the_rest_is_told(site: Site) -> None:
    """The exit code says that it is not over."""
    site.stop()
    result = site.run("install")

    assert result.exit_code == 1
    assert "start Asterisk, or run this on the machine where it runs" in result.output
    assert f'#include "{site.ours / "queues.conf"}"' in result.output
    assert "asterisk -rx 'queue reload all'" in result.output
    assert all((site.ours / name).exists() for name in NAMES)


def test_without_the_command_it_is_told_how_to_name_it(site: Site) -> None:
    """By an option or a setting."""
    result = site.run("install", "--asterisk-command", str(site.folder / "nothing"))

    assert result.exit_code == 1
    assert "--asterisk-command, or in RAHYAB_ASTERISK_COMMAND" in result.output
    assert (site.ours / "queues.conf").exists()


def test_queues_that_go_are_told_where_asterisk_cannot_be_asked(site: Site) -> None:
    """Somebody may wait in them, also when the hour is over for which they are kept anyway."""
    site.run("install")
    site.stop()
    site.write_rules(renamed(TEXT))
    first = site.run("install")
    site.let_an_hour_pass()
    last = site.run("install")

    assert "These queues go" not in first.output
    assert "queue reception is not in the rules any more and is kept" in first.output
    assert "These queues go: reception." in last.output


def renamed(text: str) -> str:
    """The sample's rules with another name for a queue."""
    return text.replace("reception", "front-desk")


@pytest.mark.parametrize("prefers", [False, True])
def test_as_many_queues_are_told_as_are_written(site: Site, *, prefers: bool) -> None:
    """By `build` and `install` alike; those of agents whom callers prefer are queues too."""
    if prefers:
        prefer = "    music: jazz\n    prefer: {agent: owner, for: 20s}"
        site.write_rules(TEXT.replace("    music: jazz", prefer))
    built, installed = site.run("build"), site.run("install")
    written = read_queues((site.ours / "queues.conf").read_text())

    assert prefers == any(name.startswith(AGENT_QUEUE) for name in written)
    told = f"\n{len(written) - 1} Asterisk queues: see `rahyab queues list`\n"
    assert FALLBACK_QUEUE in written
    assert told in built.output
    assert told in installed.output


def test_a_queue_that_goes_is_kept_for_an_hour(site: Site) -> None:
    """Calls that have begun are still sent to it, by the rules that they began with."""
    site.run("install")
    site.write_rules(renamed(TEXT))
    first, again, told = site.run("install"), site.run("install"), site.run("diff")
    kept = (site.folder / "loaded" / "queues.conf").read_text()
    site.let_an_hour_pass()
    gone, last = site.run("diff"), site.run("install")

    assert "[reception]" in kept
    assert "[front-desk]" in kept
    for each in (first, again, told):
        assert "queue reception is not in the rules any more and is kept, as calls" in each.output
    assert "nothing to do" in again.output
    assert "queues.conf: queue reception" not in told.output
    assert "queues.conf: queue reception" in gone.output
    assert (first.exit_code, again.exit_code, last.exit_code) == (0, 0, 0)
    assert "[reception]" not in (site.folder / "loaded" / "queues.conf").read_text()


def test_build_keeps_a_queue_that_goes_for_the_same_hour(site: Site) -> None:
    """So that what is built and then installed is as safe."""
    site.run("install")
    site.write_rules(renamed(TEXT))
    built = site.run("build")
    before = (site.ours / "queues.conf").read_text()
    site.run("install")

    assert "queue reception is not in the rules any more and is kept, as calls" in built.output
    assert "[reception]" in before
    assert (site.ours / "queues.conf").read_text() == before
    site.let_an_hour_pass()
    site.run("build")
    assert "[reception]" not in (site.ours / "queues.conf").read_text()


def test_the_hour_begins_when_a_queue_is_first_left_out(site: Site) -> None:
    """Not with a later install, which changes something else; a queue that comes back is new."""
    site.run("install")
    site.write_rules(renamed(TEXT))
    site.run("install")
    site.let_an_hour_pass()
    site.let_wait({"reception": 1})
    site.write_rules(renamed(TEXT).replace("music: jazz", "music: soul"))
    site.run("install")
    site.let_wait({})
    (kept,) = json.loads(site.run("diff", "--json").output)["differences"]
    site.write_rules(TEXT)
    site.run("install")
    back = (site.ours / "queues.conf").read_text()

    assert kept["place"] == "queue reception"
    assert back.count("[reception]") == 1
    assert "2026-01-31" not in back


def test_a_penalty_rule_that_goes_is_kept_for_an_hour(site: Site) -> None:
    """Also where its queue stays: calls that have begun come with it."""
    site.run("install")
    one_step = re.sub(r"    steps:\n(      - .*\n)+", "", TEXT)
    site.write_rules(one_step.replace("{skill: support, level: 8}", "{skill: support, level: 3}"))
    result = site.run("install")
    rules = site.folder / "loaded" / "queuerules.conf"
    kept = rules.read_text()
    site.let_an_hour_pass()
    last = site.run("install")

    assert (result.exit_code, last.exit_code) == (0, 0)
    assert "penalty rule support-fa is not in the rules any more and is kept" in result.output
    assert "[support-fa]\npenaltychange => 20,2\n" in kept
    assert "[support-fa]" not in rules.read_text()


def test_programs_are_told_what_is_kept(site: Site) -> None:
    """Until when, and for how many."""
    site.run("install")
    site.write_rules(renamed(TEXT))
    site.run("install")
    site.let_an_hour_pass()
    site.let_wait({"reception": 2, "support-fa": 3})
    data = json.loads(site.run("diff", "--json").output)

    assert data["kept"] == [
        {
            "file": "queues.conf",
            "name": "reception",
            "until": "2026-01-31T13:00:00+00:00",
            "waiting": 2,
        }
    ]
    assert data["kept_for_callers"] == {"reception": 2}


def test_a_queue_that_goes_is_kept_while_callers_wait_in_it(site: Site) -> None:
    """Asterisk would forget them at once. Installing again changes nothing until they are gone."""
    site.run("install")
    site.let_wait({"reception": 2})
    site.write_rules(renamed(TEXT))
    first = site.run("install")
    site.let_an_hour_pass()
    told, again = site.run("diff"), site.run("install")
    kept = (site.ours / "queues.conf").read_text()
    site.let_wait({})
    last = site.run("install")

    for each in (first, told, again):
        assert (
            "queue reception is not in the rules any more and is kept, as 2 callers" in each.output
        )
    assert "queues.conf: queue reception" not in told.output
    assert (first.exit_code, again.exit_code, last.exit_code) == (0, 0, 0)
    assert "[reception]" in kept
    assert "[reception]" not in (site.ours / "queues.conf").read_text()


def test_with_a_queue_that_is_kept_stay_the_keys_that_lead_out_of_it(site: Site) -> None:
    """Asterisk has both; other contexts that the folder had go."""
    site.write_rules(
        TEXT.replace("    music: jazz", "    music: jazz\n    keys: {1: {hangup: true}}")
    )
    assert site.run("install").exit_code == 0
    extensions = site.ours / "extensions.conf"
    extensions.write_text(extensions.read_text() + "\n[rahyab-old]\nexten => s,1,NoOp()\n")
    site.let_wait({"reception": 1})
    site.write_rules(renamed(TEXT))
    site.run("install")
    site.let_an_hour_pass()
    result = site.run("install")
    loaded = (site.folder / "loaded" / "extensions.conf").read_text()

    assert result.exit_code == 0, result.output
    assert "\n[rahyab-leaving-reception]\nexten => 1,1,Goto(rahyab-leaving,1,1)\n" in loaded
    assert "rahyab-old" not in loaded


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("Asterisk 22.10.1+dfsg+~cs6.17-1 built by nobody @ host", 22),
        ("Asterisk 16.28.0~dfsg-0+deb11u10 built by nobody", 16),
        ("Asterisk 19.8.1 built by nobody", 18),
        ("Asterisk 21.0.0", 20),
        ("Asterisk 23.1.0", 22),
        ("Asterisk certified/18.9-cert5 built by nobody", 18),
        ("Asterisk certified-20.7-cert3 built by nobody", 20),
    ],
)
def test_the_running_asterisk_is_written_for(site: Site, version: str, release: int) -> None:
    """Branches between the long-term ones take the lower."""
    site.start(version)
    assert json.loads(site.run("diff", "--json").output)["asterisk"] == release


def test_another_asterisk_than_the_one_that_runs_is_refused(site: Site) -> None:
    """Nothing is written."""
    site.start("Asterisk 19.8.1")
    assert site.run("diff", "--asterisk", "18").exit_code == 1
    result = site.run("install", "--asterisk", "22")

    assert result.exit_code == 2
    assert "--asterisk 22 is not what runs: that is Asterisk 19" in result.output
    assert not site.ours.exists()


@pytest.mark.parametrize(
    ("version", "cure"),
    [("Asterisk 13.38.3", "for Asterisk 16 to 22"), ("Asterisk GIT-master-1a2b3c", "--asterisk")],
)
def test_an_asterisk_that_cannot_be_written_for_is_refused(
    site: Site, version: str, cure: str
) -> None:
    """Or has to be named."""
    site.start(version)
    result = site.run("install")

    assert result.exit_code == 2
    assert cure in result.output


def test_an_asterisk_without_a_number_is_taken_for_the_one_that_was_named(site: Site) -> None:
    """Who builds it from a working copy knows what it is like."""
    site.start("Asterisk GIT-master-1a2b3c")
    assert site.run("install", "--asterisk", "20").exit_code == 0


def test_files_stay_for_the_asterisk_that_they_were_for(site: Site) -> None:
    """Where none runs that could be asked."""
    site.start("Asterisk 16.28.0")
    assert site.run("install").exit_code == 0
    assert "for Asterisk 16 from" in (site.ours / "queues.conf").read_text()
    site.stop()
    assert site.run("diff").output.startswith("no difference in meaning\n")


def test_diff_tells_each_change_in_meaning(site: Site) -> None:
    """It writes nothing, and ends as its neighbour does."""
    site.run("install")
    unchanged = site.run("diff")
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    before = {path: path.read_bytes() for path in site.ours.iterdir()}
    site.asked()
    result = site.run("diff")

    assert (unchanged.exit_code, unchanged.output) == (0, "no difference in meaning\n")
    assert result.exit_code == 1
    assert result.output.splitlines()[:4] == [
        "queues.conf: queue reception",
        "  musicclass",
        "    - jazz",
        "    + soul",
    ]
    assert "2 differences\nThe files are of revision " in result.output
    assert {path: path.read_bytes() for path in site.ours.iterdir()} == before
    assert not RELOADS & set(site.asked())


def test_a_changed_revision_alone_is_no_difference(site: Site) -> None:
    """In meaning: the heads of all three files bear it."""
    site.run("install")
    site.write_rules(f"# the same rules, with a remark\n{TEXT}")
    result = site.run("diff")

    assert result.exit_code == 0
    assert result.output.startswith("no difference in meaning\nThe files are of revision ")
    lines = site.run("diff", "--text").output.splitlines()
    changed = [each for each in lines if each.startswith("+") and not each.startswith("+++")]
    assert len(changed) == len(NAMES)
    assert len(set(changed)) == 1


def test_diff_tells_the_lines_that_change(site: Site) -> None:
    """With their neighbours, as other tools read it."""
    site.run("install")
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    result = site.run("diff", "--text")

    assert result.exit_code == 1
    assert f"--- {site.ours / 'queues.conf'}\n+++ queues.conf by the rules\n@@ " in result.output
    assert "\n-musicclass=jazz\n+musicclass=soul\n" in result.output


def test_diff_tells_programs(site: Site) -> None:
    """The same, and what it compared."""
    site.run("install")
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    result = site.run("diff", "--json")
    data = json.loads(result.output)

    assert result.exit_code == 1
    assert data["differences"][0] == {
        "file": "queues.conf",
        "place": "queue reception",
        "about": "musicclass",
        "before": "jazz",
        "now": "soul",
    }
    assert (data["folder"], data["asterisk"]) == (str(site.ours), 22)
    assert data["revision"]["before"] != data["revision"]["now"]
    assert (data["kept_for_callers"], data["asterisk_not_asked"]) == ({}, None)


def test_diff_is_for_people_or_for_programs(site: Site) -> None:
    """Not for both at once."""
    assert site.run("diff", "--json", "--text").exit_code == 2


def test_rules_with_problems_change_nothing(site: Site) -> None:
    """They are told, as by `check`."""
    site.write_rules(TEXT.replace("queue: support", "queue: suport"))
    for command in ("diff", "install"):
        result = site.run(command)
        assert result.exit_code == 1
        assert result.output.endswith("2 errors, 0 warnings\n")
    assert not site.ours.exists()


@pytest.mark.parametrize("line", ["", "'unfinished"])
def test_a_command_line_that_is_none_is_told(site: Site, line: str) -> None:
    """In one sentence; an empty option means the setting."""
    result = site.run("diff", "--asterisk-command", line)

    assert result.exit_code == (2 if line else 1)
    assert ("is not a command line" in result.output) == bool(line)


def test_a_new_file_can_be_read_by_asterisk_whatever_the_umask(site: Site) -> None:
    """It runs as another user; a file that was closed by hand stays so."""
    before = os.umask(0o077)
    try:
        site.run("install")
        assert (site.ours / "queues.conf").stat().st_mode & 0o777 == 0o644
        (site.ours / "queues.conf").chmod(0o640)
        site.write_rules(TEXT.replace("music: jazz", "music: soul"))
        site.run("install")
        assert (site.ours / "queues.conf").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_file_that_cannot_be_written_leaves_the_others_alone(site: Site) -> None:
    """All or none: files of two versions do not fit each other."""
    site.run("install")
    before = (site.ours / "queues.conf").read_text()
    (site.ours / "queuerules.conf.new").mkdir()
    site.write_rules(TEXT.replace("music: jazz", "music: soul"))
    result = site.run("install")

    assert result.exit_code == 2
    assert "queuerules.conf.new cannot be written" in result.output
    assert (site.ours / "queues.conf").read_text() == before
