"""What can stand together: the algebra of counts and percentages, joint systems, conflicts, repairs, readings."""
