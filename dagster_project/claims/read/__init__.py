"""The ground storey: what published figures and sentences say, and the claims that they make of a survey.

Here belong intervals, rounding rules, hedges, bases, words and how a text is read by them. Whether figures can stand
together is the storey above; nothing here compares one figure with another.
"""
