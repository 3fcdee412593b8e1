"""What did a change of contract or rule book do to the connectors that rely on it?"""
