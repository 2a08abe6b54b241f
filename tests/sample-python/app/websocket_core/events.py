"""What happens in a run of an agent: five events, one structure."""

from dataclasses import dataclass, field

EVENT_TYPES = (
    "agent_started",
    "agent_thinking",
    "tool_executing",
    "tool_completed",
    "agent_completed",
)


@dataclass(frozen=True)
class Event:
    """One thing that happened, for one user."""

    type: str
    user_id: str
    run_id: str
    data: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.type not in EVENT_TYPES:
            raise ValueError(f"{self.type} is no event")

    def as_message(self, sequence):
        """The event as it goes over the wire; `sequence` counts the messages of a user."""
        return {
            "type": self.type,
            "user_id": self.user_id,
            "run_id": self.run_id,
            "sequence": sequence,
            "data": dict(self.data),
        }
