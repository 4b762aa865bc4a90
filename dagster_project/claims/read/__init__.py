"""What published figures and sentences say: intervals, rounding, hedges, words, and the claims that they make."""
