"""Decisions: values in, values out. No network, files, clock or chance."""
