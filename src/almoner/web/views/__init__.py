"""Views: pure functions from data to the context of a page. They know no request and no database."""
