"""The commands of `rahyab customers` on one person and their data."""
