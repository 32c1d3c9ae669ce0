#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs each exported script of a folder, with ten steps, in one process: what NAME.py prints goes into NAME.out,
and an error into NAME.out as well. Those for Keras meet stand_in/keras.py."""
import contextlib
import io
import pathlib
import runpy
import sys
import traceback

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent / "stand_in"))
sys.dont_write_bytecode = True
torch.set_num_threads(1)
for script in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    said = io.StringIO()
    sys.argv = [str(script), "10"]
    try:
        with contextlib.redirect_stdout(said):
            runpy.run_path(str(script), run_name="__main__")
    except Exception:
        said.write("\n" + traceback.format_exc())
    script.with_suffix(".out").write_text(said.getvalue())
