"""What is not converted."""


class Refused(Exception):
    """A statement that has no form on PostgreSQL that surely means the same; the text says why."""
