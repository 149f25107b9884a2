"""Official files and an organisation's own, read into typed rows; one module a format."""
