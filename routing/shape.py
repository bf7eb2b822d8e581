"""What every mapping of a rules file has in common."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A mapping whose keys are all known and whose values are never converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
