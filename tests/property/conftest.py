"""How long one example may take depends on how busy the machine is: no test is about that."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
