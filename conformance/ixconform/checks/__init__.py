"""What must be true of every right connector? One module for each kind of promise; each judges a history alone."""
