"""ixconform judges a connector from outside: over HTTP, by the contracts and by what the journals say."""
