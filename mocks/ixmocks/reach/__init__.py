"""What of a contract was reached: what there is to reach, what was, and how it is told."""
