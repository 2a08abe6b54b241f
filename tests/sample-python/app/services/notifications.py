"""Events that come from no agent."""


def notifier(user_id):
    """A coroutine that sends to this user."""
    from app.websocket_core.manager import get_websocket_manager
    from app.websocket_core.events import Event

    async def notify(kind, **data):
        manager = get_websocket_manager(user_id)
        return await manager.send_event(Event(kind, user_id, "notification", data))

    return notify


def notifier_of_run(user_id, run_id):
    """The same for one run."""
    from app.websocket_core import Event, create_websocket_manager

    async def notify(kind, **data):
        manager = create_websocket_manager(user_id)
        return await manager.send_event(Event(kind, user_id, run_id, data))

    return notify
