"""How good a tagger is: scores, agreement, calibration, parity, what to annotate next."""
