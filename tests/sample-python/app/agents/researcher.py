"""An agent that looks things up."""

from app.agents.base import Agent
from app.websocket_core.websocket_manager_factory import (
    # The one class, whatever path leads to it.
    WebSocketManager,
    create_websocket_manager,  # one a user
)


def search(task):
    """Finds what there is to find."""
    return f"found: {task}"


class Researcher(Agent):
    """Searches, and tells how many listen."""

    name = "researcher"

    def __init__(self, user_id, run_id):
        super().__init__(user_id, run_id, [search])

    def listeners(self):
        """How many connections the user has."""
        manager = create_websocket_manager(self.bridge.manager.user_id)
        return len(manager.connections) if isinstance(manager, WebSocketManager) else 0
