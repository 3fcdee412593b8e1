"""Rules that are a little weaker than they should be, and who notices."""
