"""The machine that serves any system: it knows worlds, clocks, faults and specs, and no system by name."""
