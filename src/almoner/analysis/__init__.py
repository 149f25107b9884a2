"""Analyses: they read results and ask `study` for new runs; they never call the model."""
