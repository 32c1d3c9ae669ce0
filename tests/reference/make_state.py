#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes state.txt: states of modules, as PyTorch has them, and what the modules put out. For each case: its
statements up to a line with a dot; `tensor NAME SIZES : NUMBERS`, in the order of the state; `count NAME` for a whole
number; `output NUMBERS`, all samples.

    make_state.py
"""
import pathlib

import torch

import state_cases


def numbers(x):
    return " ".join(repr(v) for v in x.flatten().tolist())


with open(pathlib.Path(__file__).with_name("state.txt"), "w", encoding="ascii") as to:
    to.write(f"# Made by make_state.py with PyTorch {torch.__version__}.\n")
    for case in state_cases.CASES:
        net, batch = state_cases.make(case, 1)
        to.write(f"case {case[0]}\n{state_cases.rows(batch)}{case[1]}.\n")
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                to.write(f"tensor {name} {' '.join(str(n) for n in value.shape)} : {numbers(value)}\n")
            else:
                to.write(f"count {name}\n")
        to.write(f"output {numbers(state_cases.outputs(case, net, batch))}\n")
