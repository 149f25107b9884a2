"""Studies: scenarios over a baseline, the design of draws, and the runs that carry them out."""
