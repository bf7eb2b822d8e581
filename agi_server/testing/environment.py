"""What Asterisk says at the beginning of a session (res_agi.c, `setup_env`)."""

from collections.abc import Iterator, Sequence

from agi_server.testing.channel import FakeChannel


def environment_lines(channel: FakeChannel, url: str, arguments: Sequence[str]) -> Iterator[str]:
    """The lines of the environment in Asterisk's order, the closing blank one included."""
    yield "agi_network: yes"
    script = url.partition("://")[2].partition("/")[2]
    if script:
        yield f"agi_network_script: {script}"
    known = channel.variables.get
    yield f"agi_request: {url}"
    yield f"agi_channel: {channel.channel_name}"
    yield f"agi_language: {channel.current_language()}"
    yield f"agi_type: {channel.technology}"
    yield f"agi_uniqueid: {channel.uniqueid}"
    yield f"agi_version: {channel.version}"
    yield f"agi_callerid: {known('CALLERID(num)') or 'unknown'}"
    yield f"agi_calleridname: {known('CALLERID(name)') or 'unknown'}"
    yield from (f"agi_calling{what}: 0" for what in ("pres", "ani2", "ton", "tns"))
    yield f"agi_dnid: {channel.dialled or 'unknown'}"
    yield "agi_rdnis: unknown"
    yield f"agi_context: {channel.context}"
    yield f"agi_extension: {channel.extension}"
    yield f"agi_priority: {channel.priority}"
    yield "agi_enhanced: 0.0"
    yield f"agi_accountcode: {known('CHANNEL(accountcode)') or ''}"
    yield "agi_threadid: 140000000000000"
    yield from (f"agi_arg_{n}: {argument}" for n, argument in enumerate(arguments, 1))
    yield ""
