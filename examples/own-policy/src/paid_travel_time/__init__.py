"""A policy for Almoner: paid travel time in home care."""
