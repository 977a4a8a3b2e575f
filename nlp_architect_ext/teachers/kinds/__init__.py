"""The kinds of teachers that come with the library, one a file."""
