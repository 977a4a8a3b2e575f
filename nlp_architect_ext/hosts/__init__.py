"""Other programs that a tagger runs in: spaCy, Presidio."""
