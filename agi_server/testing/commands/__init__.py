"""The AGI commands of the fake Asterisk, by what they are about; `table` has them all."""
