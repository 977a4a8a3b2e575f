"""Large models that label text for the student: one file a kind."""
