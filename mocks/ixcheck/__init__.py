"""Do contract, mock, traffic and the real system agree? The checks that run in CI, each one a command."""
