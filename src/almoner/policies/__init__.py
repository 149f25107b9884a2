"""Policies and shocks: one a file. Most are only edits to dated parameters; each names its evidence and its cost."""
