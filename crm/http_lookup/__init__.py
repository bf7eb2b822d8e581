"""Asks another program over HTTP who a caller is, while the caller waits.

The parts: `declaration` (the file in which an administrator says where to ask and what the answer
means), `answers` (from JSON to a customer), `breaker` (leaves a program alone that fails), and
`asking` (the whole, with its time budget and its cache).
"""
