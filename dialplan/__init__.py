"""The Asterisk side: configuration files, the names both sides share, the queue compiler."""
