"""`nlp-train benchmark`: how fast a tagger is beside larger ones, on the user's machine."""
