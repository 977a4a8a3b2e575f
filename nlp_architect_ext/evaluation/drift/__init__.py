"""Whether text still is what a tagger was made for, and how good the tagger is on it."""
