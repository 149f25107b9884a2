"""Consultation answers: read, made safe, grouped, given themes with their evidence, checked by people, and counted with intervals.

Every step writes new files with hashes into a project folder (`project`), in the order import, redact, themes, assign, review,
report; `steps` holds one function a step. Text work needs the extra `[evidence]`; no network and no language model is used.
"""
