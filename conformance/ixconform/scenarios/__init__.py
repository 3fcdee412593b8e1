"""The catalogue's scenarios: L0 and L1, booking (L2), weather (L3), crashes (L4)."""
