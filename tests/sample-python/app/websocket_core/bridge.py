"""Between an agent, which knows its run, and the manager, which knows its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .events import Event
from .websocket_manager_factory import create_websocket_manager

if TYPE_CHECKING:
    from .manager import WebSocketManager


class AgentBridge:
    """Sends what happens in one run."""

    def __init__(self, user_id: str, run_id: str):
        self.manager: WebSocketManager = create_websocket_manager(user_id)
        self.run_id = run_id

    async def notify(self, kind: str, **data):
        """Sends an event of this run to its user."""
        event = Event(kind, self.manager.user_id, self.run_id, data)
        return await self.manager.send_event(event)
