"""Where Alembic starts: the connection is given by `almoner.web.database`, the layout by `almoner.web.tables`."""

from __future__ import annotations

from alembic import context

from almoner.web.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
