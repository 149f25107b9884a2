"""Calibration, back-test, model report and reproduction: what stands behind a figure (MODEL.md section 9)."""
