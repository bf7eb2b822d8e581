"""Calls without a telephone: the course of a given call, and what there is to learn from it."""
