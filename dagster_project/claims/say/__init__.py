"""The third storey: how what was decided is said in sentences, with the arithmetic in them. English only.

Nothing is decided here. Which sentences make up a finding is the business of the modules on top.
"""
