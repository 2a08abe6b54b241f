"""Runs the agents of a user side by side."""

import asyncio

from ..websocket_core import websocket_manager_factory as factory
from ..websocket_core.manager import WebSocketManager
from .base import Agent


class Supervisor:
    """Looks after the runs of one user."""

    def __init__(self, user_id):
        self.manager = factory.create_websocket_manager(user_id)
        if type(self.manager) is not WebSocketManager:
            raise factory.WebSocketManagerError("a supervisor needs a manager")

    async def run(self, tasks, tools=()):
        """One run a task; the results in the order of the tasks."""
        agents = [Agent(self.manager.user_id, f"run-{n}", tools) for n in range(len(tasks))]
        return await asyncio.gather(*(agent.run(task) for agent, task in zip(agents, tasks)))
