"""What runs in the dialplan: EXEC and GOSUB.

Source: res_agi.c, `handle_exec`; apps/app_stack.c, `handle_gosub`.
"""

from typing import Final

from agi_server.testing.commands.call import Call, Outcome, success
from agi_server.testing.numbers import scan_integer

_NO_APPLICATION: Final = -2
_SHOW_USAGE, _FAILURE = 1, 2
"""The dispatcher takes what an application returns for its own codes."""

TRUE: Final = ("yes", "true", "y", "t", "1", "on")
"""What Asterisk takes for true (`ast_true`)."""


async def execute(call: Call, application: str, options: str = "", *_: str) -> Outcome:
    """EXEC application [options]: one word of options, more are not looked at."""
    channel = call.channel
    known = {name.upper(): name for name in channel.applications}
    name = known.get(application.upper())
    if name is None:
        return success(_NO_APPLICATION)
    if (channel.variables.get("AGIEXECFULL") or "").lower() in TRUE:
        options = channel.variables.expand(options)
    channel.executed.append((application, options))
    run = channel.applications[name]
    result = run if isinstance(run, int) else await run(channel, options)
    return Outcome(
        f"200 result={result}", failed=result == _FAILURE, shows_usage=result == _SHOW_USAGE
    )


async def gosub(
    call: Call, context: str, extension: str, priority: str, arguments: str = ""
) -> Outcome:
    """GOSUB context extension priority [arguments]."""
    number = scan_integer(priority)
    place = f"{context},{extension},{priority if number is None or number < 1 else number}"
    result = call.channel.subroutines.get(place)
    if result is None:
        return Outcome("200 result=-1 Gosub label not found", failed=True)
    call.channel.executed.append(("Gosub", f"{place}({arguments})" if arguments else place))
    call.channel.variables.set("GOSUB_RETVAL", result)
    return Outcome("100 result=0 Trying...\n200 result=0 Gosub complete")
