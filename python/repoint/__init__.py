"""repoint rewrites deprecated import paths; this package holds its binary."""
