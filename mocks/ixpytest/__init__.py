"""The mocks in a test: worlds, vendors, clock, faults and journal as pytest fixtures."""
