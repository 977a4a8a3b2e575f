"""Checks of `reliability.py`, a row of the scoreboard a file."""
