"""How a moment is said: months, years, `a year ago`, `in the previous survey`, as patterns."""

MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
)
YEAR = r"(?:19|20)[0-9]{2}(?![0-9]|,[0-9]|\.[0-9]|\s?%)"
_SPAN = (
    r"(?:year|month|quarter|week|decade|wave|survey|poll|round|study|winter|spring|summer|autumn|fall|season|time)s?"
)
EARLIER = (
    rf"(?:(?:an?|one|two|three|four|five|six|ten|[0-9]{{1,2}})\s+{_SPAN}\s+(?:ago|earlier|before|previously)"
    rf"|(?:in|the)\s+(?:the\s+)?(?:(?:previous|last|prior|earlier|same|year|month|quarter|week)\s*)+"
    rf"(?:{_SPAN}|before|earlier)?(?:\s+in\s+(?:19|20)[0-9]{{2}})?"
    rf"|last\s+(?:{_SPAN}|{MONTH})|(?:in|since|for)\s+(?:{MONTH}\s+)?(?:19|20)[0-9]{{2}}(?![0-9,.]*[0-9%])"
    rf"|(?:in|since|last)\s+{MONTH}|(?:in|since|at)\s+(?:wave|round)\s+[0-9]{{1,2}}\b|previously|before|earlier)"
)
"""When an earlier figure was measured."""
LATER = rf"(?:{EARLIER}|this\s+{_SPAN}|now|today|in\s+the\s+(?:latest|current|new|most\s+recent)\s+{_SPAN})"
"""When a later one was."""
