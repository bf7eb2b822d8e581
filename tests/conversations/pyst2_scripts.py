"""Scripts as sites have them, written against pyst2: they run as processes, and mounted."""

# ruff: noqa: ANN001  as sites write them

import json

from asterisk.agi import AGIAppError, AGIException, AGIHangup


def order(agi):
    """Takes an order by keys, and leaves what it met in a variable."""
    agi.answer()
    agi.verbose("an order begins", 2)
    met = {"env": {k: v for k, v in agi.env.items() if k not in ("agi_request", "agi_network")}}
    met["language"] = agi.execute("GET VARIABLE", "CHANNEL(language)")["result"]
    met["prompt"] = agi.stream_file("welcome", [1, 2, "#"])
    met["number"] = agi.get_data("how-many", 5000, 3)
    met["nothing"] = agi.get_data("anything-else", 2000, 1)
    met["status"] = agi.channel_status()
    met["wait"] = agi.appexec("Wait", "1")
    met["exec"] = agi.exec_command("NoOp", "a", 2)
    met["recorded"] = agi.record_file("order", "wav", "#", 9000)
    met["option"] = agi.get_option("confirm", "12", 3000)
    met["wait_for_digit"] = agi.wait_for_digit(1000)
    met["said"] = [
        agi.say_number(42, "#"),
        agi.say_digits([4, 2]),
        agi.say_alpha("ab"),
        agi.say_phonetic("ab"),
        agi.say_date(1700000000),
        agi.say_time(1700000000),
        agi.say_datetime(1700000000, "", "ABdY", "UTC"),
    ]
    agi.database_put("orders", "last", met["number"])
    met["database"] = agi.database_get("orders", "last")
    agi.database_del("orders", "last")
    agi.set_callerid("100")
    agi.set_autohangup(600)
    agi.send_text("thank you")
    agi.send_image("logo")
    agi.noop()
    agi.goto_on_exit("sales", "s", 1)
    for name, doing in {
        "nothing there": lambda: agi.database_get("orders", "last"),
        "tdd": lambda: agi.tdd_mode("on"),
        "missing": lambda: agi.stream_file("missing"),
        "application": lambda: agi.appexec("Dance"),
        "usage": lambda: agi.execute("SET VARIABLE", "X"),
        "level": lambda: agi.execute("HANGUP", "a", "b", "c"),
    }.items():
        try:
            met[name] = doing()
        except AGIException as error:
            met[name] = type(error).__name__
    agi.set_variable("ORDER", met["number"])
    agi.set_variable("MET", json.dumps(met).encode().hex())  # pyst2 cannot send a quote


def wait_for_ever(agi):
    """Plays until the caller leaves, as so many do."""
    agi.answer()
    while True:
        try:
            agi.stream_file("music")
        except AGIHangup:
            break
        except AGIAppError:
            continue


def take_note(agi):
    """Writes down what a web form holds."""
    agi.set_variable("NOTE", "Call back.\nHANGUP")
    agi.set_variable("NEXT", "1")


def take_quotes(agi):
    """Writes down a name with its quotes."""
    agi.set_variable("NOTE", 'Anna "the boss" B.')


def read_note(agi):
    """Reads what somebody wrote."""
    agi.set_variable("READ", repr(agi.get_variable("NOTE")))
    agi.set_variable("STATE", agi.get_variable("DIALSTATUS"))
