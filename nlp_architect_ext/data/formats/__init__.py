"""File formats: one file a format; every reader yields sentences."""
