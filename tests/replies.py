"""Replies of Asterisk as the commands' tests write them."""

from agi_server.protocol import Reply


def reply(line: str) -> Reply:
    """What stands behind `200 result=`: the result, then the data."""
    result, _, data = line.partition(" ")
    return Reply(200, result, data)
