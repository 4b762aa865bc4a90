"""basecheck: a survey pipeline that says of every published figure whether it holds."""

__version__ = "0.1.0"
