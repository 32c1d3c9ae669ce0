#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes torch_model_*.txt beside itself: whole models in the nnr language, each beside the same
model written out in plain PyTorch, in double precision (models_*.py). Run by hand (needs
python3-torch); the files are committed. They are read like those of make_torch.py and have more
kinds of lines:
    total VALUE, batch-total VALUE         data loss and rows together
    head I VALUE, batch-head I VALUE       the loss of output number I, without its weight
Optimizers without a formula in make_updates.py are PyTorch's own. Words behind the command name the
models to be written; without them, all are."""
import os
import sys

import model_case
import models_built
import models_catalogue
import models_corners
import models_images
import models_inside
import models_masks
import models_penalised
import models_recurrent
import models_sparse
import models_terms

if __name__ == "__main__":
    model_case.write(os.path.dirname(os.path.abspath(__file__)), sys.argv[1:])
