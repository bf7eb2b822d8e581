"""What stays in our files of what the rules do not make any more."""

from dialplan.conf_text import EXTENSIONS, QUEUES
from dialplan.kept_sections import KEPT, with_kept_queues


def test_a_queue_is_kept_as_it_was() -> None:
    """With what it is for; a queue that the earlier file does not have cannot be."""
    earlier = "[old]\n; a remark\nstrategy = rrmemory\nmember => PJSIP/1,1,a\n\n[other]\n"
    files = {EXTENSIONS: "[c]\n", QUEUES: "[new]\n"}
    kept = with_kept_queues(files, {QUEUES: earlier}, {"old", "unknown"})
    assert kept == {
        EXTENSIONS: "[c]\n",
        QUEUES: f"[new]\n\n{KEPT}\n[old]\nstrategy = rrmemory\nmember => PJSIP/1,1,a\n",
    }
    assert with_kept_queues(files, {QUEUES: earlier}, ()) == files
    assert with_kept_queues(files, kept, {"old"}) == kept
