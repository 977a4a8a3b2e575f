"""What the checks of `reliability.py` break, and how they see what comes of it."""
