"""The second storey: what can stand together, and if it cannot, where it breaks and what else could be meant.

Here belong the algebra of counts and percentages, laws, joint systems, conflicts, corrections and readings, all as
values. No sentence is made here.
"""
