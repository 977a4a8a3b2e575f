"""What everything else is made of: sentences, tags, errors, files, progress."""
