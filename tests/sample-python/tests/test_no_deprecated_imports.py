"""Fails while a reference to an old path of the manager is left, and says which."""

import unittest

from .deprecated import scan_tree


class NoDeprecatedImports(unittest.TestCase):
    def test_no_reference_to_an_old_path_is_left(self):
        found = scan_tree()
        if found:
            self.fail("\n".join([f"{len(found)} deprecated references", *found]))
