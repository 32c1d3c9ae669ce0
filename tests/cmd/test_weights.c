/* SPDX-License-Identifier: GPL-3.0-or-later */
/* save weights, load weights and history. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    return 0;
}
