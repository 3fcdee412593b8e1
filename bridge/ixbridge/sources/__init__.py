"""Where instalments come from: `request_for` and `meaning_of` for each source system."""
