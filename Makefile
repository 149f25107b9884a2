PYTHON ?= python3
AREA ?= wakefield

.PHONY: setup run test lint bench lock clean

setup:
	$(PYTHON) dev.py setup

run:
	$(PYTHON) dev.py run "$(AREA)"

test:
	$(PYTHON) dev.py test $(ARGS)

lint bench lock clean:
	$(PYTHON) dev.py $@
