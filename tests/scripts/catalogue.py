#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of docs/catalogue.md are those that the page shows, and what the program draws.

    catalogue.py NNR64"""

import importlib.util
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MAKER = importlib.util.spec_from_file_location("maker", ROOT / "scripts/make-catalogue.py")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
ADVICE = "renew it with scripts/make-catalogue.py build/src/nnr64"


class Catalogue(unittest.TestCase):
    def test_pictures_are_what_is_drawn(self):
        maker = importlib.util.module_from_spec(MAKER)
        MAKER.loader.exec_module(maker)
        page = (ROOT / "docs/catalogue.md").read_text()
        kept = {file.name: file.read_text() for file in (ROOT / "docs/catalogue").iterdir()}
        drawn = dict(maker.pictures(NNR64, page))
        self.assertEqual(set(kept), set(drawn), ADVICE)
        self.assertEqual(set(kept), set(re.findall(r"\(catalogue/(\w+\.svg)\)", page)))
        for name, text in drawn.items():
            self.assertEqual(NUMBER.sub("#", kept[name]), NUMBER.sub("#", text), name)
            # The last digit, a tenth of a pixel, is the compiler's.
            for a, b in zip(NUMBER.findall(kept[name]), NUMBER.findall(text), strict=True):
                self.assertLess(abs(float(a) - float(b)), 0.15, (name, ADVICE))


if __name__ == "__main__":
    NNR64 = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
