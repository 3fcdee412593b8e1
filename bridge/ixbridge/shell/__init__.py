"""The only part that acts: network, disk, clock, terminal."""
