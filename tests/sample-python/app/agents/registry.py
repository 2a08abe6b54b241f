"""Finds classes by name, so that nothing is loaded before it is needed."""

import importlib
from importlib import import_module


def manager_class():
    """The class of the manager."""
    return importlib.import_module("app.websocket_core.manager").WebSocketManager


def error_class():
    """What the manager raises."""
    module = import_module(".unified_manager", package="app.websocket_core")
    return module.WebSocketManagerError
