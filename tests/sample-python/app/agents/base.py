"""What every agent does: it starts, thinks, uses its tools, and completes."""

from typing import TYPE_CHECKING, Optional

from app.websocket_core.bridge import AgentBridge

if TYPE_CHECKING:
    from app.websocket_core.manager import WebSocketManager


class Agent:
    """An agent of one user."""

    name = "agent"

    def __init__(self, user_id, run_id, tools=()):
        self.bridge = AgentBridge(user_id, run_id)
        self.tools = tuple(tools)

    def manager(self) -> "Optional[WebSocketManager]":
        """Who sends the events of this agent."""
        return self.bridge.manager

    async def run(self, task):
        """Does the task; the user sees the five events."""
        await self.bridge.notify("agent_started", agent=self.name, task=task)
        await self.bridge.notify("agent_thinking", agent=self.name)
        results = []
        for tool in self.tools:
            await self.bridge.notify("tool_executing", tool=tool.__name__)
            results.append(tool(task))
            await self.bridge.notify("tool_completed", tool=tool.__name__, result=results[-1])
        await self.bridge.notify("agent_completed", agent=self.name, results=results)
        return results
