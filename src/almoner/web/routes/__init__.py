"""One module a part of the application; each has `router`, and `almoner.web.app` collects them."""
