"""Calls in the head: scripted ones, and past ones again."""
