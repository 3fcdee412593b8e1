"""Mock servers of the five systems, driven by the documents in specs/."""
