"""Variables, the AstDB, and what does nothing.

Source: res_agi.c; main/db.c.
"""

from typing import Final

from agi_server.testing.commands.call import Call, Outcome, success

_GET_VARIABLE_BYTES: Final = 1_023


async def noop(call: Call, *_: str) -> Outcome:
    """NOOP anything."""
    del call
    return success(0)


async def asyncagi_break(call: Call, *_: str) -> Outcome:
    """ASYNCAGI BREAK, which ends nothing in FastAGI."""
    del call
    return success(0)


async def verbose(call: Call, message: str, *_: str) -> Outcome:
    """VERBOSE message [level]."""
    call.channel.messages.append(message)
    return success(1)


async def set_variable(call: Call, name: str, value: str) -> Outcome:
    """SET VARIABLE name value."""
    call.channel.variables.set(name, value)
    return success(1)


async def get_variable(call: Call, name: str) -> Outcome:
    """GET VARIABLE name: what is longer than 1,023 bytes is cut without a word."""
    value = call.channel.variables.get(name)
    if value is None:
        return success(0)
    cut = value.encode("utf-8", "surrogateescape")[:_GET_VARIABLE_BYTES]
    return success(1, f"({cut.decode('utf-8', 'surrogateescape')})")


async def get_full_variable(call: Call, expression: str, name: str | None = None) -> Outcome:
    """GET FULL VARIABLE expression [channel]."""
    if name not in (None, call.channel.channel_name):
        return success(0)
    return success(1, f"({call.channel.variables.expand(expression)})")


async def database_get(call: Call, family: str, key: str) -> Outcome:
    """DATABASE GET family key."""
    value = call.channel.database.get(family, key)
    return success(0) if value is None else success(1, f"({value})")


async def database_put(call: Call, family: str, key: str, value: str) -> Outcome:
    """DATABASE PUT family key value."""
    call.channel.database.put(family, key, value)
    return success(1)


async def database_del(call: Call, family: str, key: str) -> Outcome:
    """DATABASE DEL family key: 1 also when there was nothing to delete."""
    call.channel.database.delete(family, key)
    return success(1)


async def database_deltree(call: Call, family: str, tree: str = "") -> Outcome:
    """DATABASE DELTREE family [tree]: 0 when something was deleted, 1 when nothing was."""
    return success(0 if call.channel.database.delete_tree(family, tree) > 0 else 1)
