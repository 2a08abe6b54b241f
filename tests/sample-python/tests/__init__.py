"""What must hold before the imports are rewritten, and after."""
