"""How fast Almoner is: beside other tools on one and the same job (`compare`), and by its own size (`national`).

Nothing is imported here, so that the comparison does not load the engine that it leaves alone.
"""

from __future__ import annotations
