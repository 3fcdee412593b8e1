"""Where invoices go: `request_for` and `meaning_of` for each accounting system."""
