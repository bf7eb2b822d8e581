"""The object that a script written for pyst2 is given instead of `asterisk.agi.AGI`.

Every public method of pyst2 0.5.1 is here, with its names, parameters, defaults, return values and
exceptions. Where pyst2 is broken, this is not: docs/moving-from-pyst2.md lists the differences.
"""

from typing import Final

from agi_server.commands import (
    Answer,
    ChannelStatus,
    DatabaseDel,
    DatabaseDelTree,
    DatabaseGet,
    DatabasePut,
    GetUntrusted,
    Hangup,
    Noop,
    SendImage,
    SendText,
    SetAutoHangup,
    SetCallerId,
    SetContext,
    SetExtension,
    SetPriority,
    SetVariable,
    TddMode,
    TddSetting,
    Verbose,
)
from agi_server.compat.arguments import (
    caller,
    channel_name,
    integer,
    lines,
    number,
    place_in_database,
    priority_of,
    variable_of,
    word,
    written,
)
from agi_server.compat.pyst2 import AGIAppError, AGIDBError, AGIUsageError
from agi_server.compat.raw import ExecAsWritten, GetExpression, Result
from agi_server.compat.talking import Talking

_NO_CHANNEL: Final = -1
_NO_APPLICATION: Final = "-2"


class AGI(Talking):
    """A script's hold on the call: pyst2's methods, over typed commands.

    Any method may raise AGIHangup (the caller or the session is gone), AGIAppError (Asterisk
    answered -1) and AGIUsageError (an argument is wrong, or cannot be sent safely). Times are in
    milliseconds where nothing else is said.
    """

    def answer(self) -> None:
        """Answer the channel."""
        self._expect(self._perform(Answer()))

    def hangup(self, channel: object = "") -> None:
        """Hang up this channel, or the one named."""
        if not self._perform(Hangup(channel_name(channel))):
            raise AGIAppError(f"there is no channel {channel}")

    def channel_status(self, channel: object = "") -> int:
        """The state of this channel, or of the one named: 0 to 9 as in Asterisk; -1: no such."""
        state = self._perform(ChannelStatus(channel_name(channel)))
        return _NO_CHANNEL if state is None else int(state)

    def noop(self) -> None:
        """Do nothing."""
        self._perform(Noop())

    def verbose(self, message: object, level: object = 1) -> None:
        """Write a message to Asterisk's console, each of its lines for itself."""
        least = integer("level", level)
        for line in lines(message):
            self._perform(Verbose(line, least))

    def appexec(self, application: object, options: object = "") -> str:
        """Run a dialplan application with its options in one text; what it returns, as a text.

        Raises:
            AGIAppError: there is no such application, or it returned -1.
        """
        reply = self._perform(ExecAsWritten(word(application), written(options)))
        if reply.result == _NO_APPLICATION:
            raise AGIAppError(f"Unable to find application: {application}")
        self._expect(reply.result != "-1")
        return reply.result

    def exec_command(self, command: object, *args: object) -> Result:
        """Run a dialplan application with options that are joined by commas; as `execute`."""
        reply = self._perform(ExecAsWritten(word(command), ",".join(map(str, args))))
        self._expect(reply.result != "-1")
        return {"result": (reply.result, "")}

    def send_text(self, text: object = "") -> None:
        """Send the caller a text."""
        self._expect(self._perform(SendText(written(text))))

    def send_image(self, filename: object) -> None:
        """Send the caller an image: a file's name without extension."""
        self._expect(self._perform(SendImage(word(filename))))

    def tdd_mode(self, mode: object = "off") -> None:
        """Switch the signals of text telephones `on`, `off`, or to `mate`.

        Raises:
            AGIAppError: this channel cannot do it.
        """
        setting = word(mode).lower()
        if setting not in {known.value for known in TddSetting}:
            raise AGIUsageError(f"tdd_mode: write on, off or mate, not {mode!r}")
        if not self._perform(TddMode(TddSetting(setting))):
            raise AGIAppError(f"Channel {self.env.get('agi_channel')} is not TDD-capable")

    def set_autohangup(self, secs: object) -> None:
        """Have the channel hung up in `secs` seconds; 0: not any more."""
        self._perform(SetAutoHangup(number("secs", secs)))

    def set_callerid(self, number: object) -> None:
        """Set number and name of the caller: `number`, or `"name" <number>`."""
        self._perform(SetCallerId(*caller(number)))

    def set_context(self, context: object) -> None:
        """Set the context where the dialplan goes on."""
        self._perform(SetContext(word(context)))

    def set_extension(self, extension: object) -> None:
        """Set the extension where the dialplan goes on."""
        self._perform(SetExtension(word(extension)))

    def set_priority(self, priority: object) -> None:
        """Set the priority, or the label, where the dialplan goes on."""
        self._perform(SetPriority(priority_of(priority)))

    def goto_on_exit(
        self, context: object = "", extension: object = "", priority: object = ""
    ) -> None:
        """Set where the dialplan goes on; what is left out stays as it was when AGI began."""
        self.set_context(context or self.env["agi_context"])
        self.set_extension(extension or self.env["agi_extension"])
        self.set_priority(priority or self.env["agi_priority"])

    def set_variable(self, name: object, value: object) -> None:
        """Set a channel variable, or write a function such as `CHANNEL(language)`."""
        self._perform(SetVariable(written(name), written(value)))

    def get_variable(self, name: object) -> str:
        """The whole value of a variable or function, whatever it holds; empty when unset."""
        return self._perform(GetUntrusted(written(name)))

    def get_full_variable(self, name: object, channel: object = None) -> str:
        """The value of a variable, given as `NAME` or `${NAME}`, or of an expression.

        It is this channel's, or that of the one named; empty when it is unset, or there is no such
        channel.
        """
        expression = written(name)
        variable = variable_of(expression)
        if not channel and variable is not None:
            return self._perform(GetUntrusted(variable))
        if variable is not None:
            expression = "${" + variable + "}"
        return self._perform(GetExpression(expression, channel_name(channel or "")))

    def database_get(self, family: object, key: object) -> str:
        """An entry of Asterisk's database.

        Raises:
            AGIDBError: there is none.
        """
        value = self._perform(DatabaseGet(*place_in_database(family, key)))
        if value is None:
            raise AGIDBError(f"Key not found in database: family={family}, key={key}")
        return value

    def database_put(self, family: object, key: object, value: object) -> None:
        """Write an entry of Asterisk's database.

        Raises:
            AGIDBError: the database failed.
        """
        if not self._perform(DatabasePut(*place_in_database(family, key), written(value))):
            raise AGIDBError(f"Unable to write to database: family={family}, key={key}")

    def database_del(self, family: object, key: object) -> None:
        """Delete an entry of Asterisk's database, if there is one.

        Raises:
            AGIDBError: the database failed.
        """
        if not self._perform(DatabaseDel(*place_in_database(family, key))):
            raise AGIDBError(f"Nothing deleted in the database: family={family}, key={key}")

    def database_deltree(self, family: object, key: object = "") -> None:
        """Delete a family of Asterisk's database, or what lies under `key` in it, if anything."""
        self._perform(DatabaseDelTree(written(family), written(key) or None))
