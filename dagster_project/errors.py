"""The one kind of error that a user can cause and mend; it belongs to no room, and every room may raise it."""


class InputError(Exception):
    """Something that a person wrote or handed over is wrong.

    The message is one sentence or two that names the place (file, line, column, value) and the mend.
    The command ends with exit code 2 and prints it without a traceback; Dagster shows it as the failure.
    """
