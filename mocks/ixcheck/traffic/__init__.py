"""Is traffic true to the contract? Recorded (HAR, journal), or passing by (proxy)."""
