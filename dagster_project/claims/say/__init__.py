"""How what was decided is said in sentences."""
