"""Policies and shocks of children's social care, one a file; their settings reach only parameters under `children.`."""
