"""The mocks in a test: worlds, vendors, clock, faults and journal as pytest fixtures. Importing costs nothing until used."""
