"""Menus, prompts, languages and surveys: a pure state machine."""
