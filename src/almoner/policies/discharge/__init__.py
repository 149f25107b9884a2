"""Policies that act on the way out of hospital: on process stages and on capacity for people who leave."""
