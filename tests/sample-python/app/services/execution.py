"""Starts runs."""

from app.agents.base import Agent
from app.websocket_core.websocket_manager_factory import create_websocket_manager


async def execute(user_id, connection, run_id, task, tools=()):
    """Runs an agent for a user who listens with `connection`."""
    manager = create_websocket_manager(user_id)
    manager.connect(connection)
    try:
        return await Agent(user_id, run_id, tools).run(task)
    finally:
        manager.disconnect(connection)
