"""Calls in the head: given ones, and past ones again."""
