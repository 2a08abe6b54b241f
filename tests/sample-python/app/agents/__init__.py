"""Agents: they do the work, and say what they do."""
