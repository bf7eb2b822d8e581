"""The `rahyab` command."""
