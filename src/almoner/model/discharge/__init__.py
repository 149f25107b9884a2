"""Hospital discharge: the published record, whose each delay is, and a daily model of the way from ready to home (MODEL.md 7)."""
