"""From files to sentences: formats, the corpus of a run, its vocabulary."""
