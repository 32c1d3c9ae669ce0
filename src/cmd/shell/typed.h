/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line being typed: what each of its bytes is. */
#ifndef NNR_CMD_SHELL_TYPED_H
#define NNR_CMD_SHELL_TYPED_H

#include <stdbool.h>
#include <stddef.h>

struct session;

enum typed_class {
    TYPED_PLAIN, /* blanks, signs, and names that nothing is known of yet */
    TYPED_VERB,
    TYPED_KEY,  /* key=, and the words on as of in over until max every and or not */
    TYPED_NAME, /* of a row of a table, a layer, tensor, model, variable or mark */
    TYPED_NUMBER,
    TYPED_STRING,
    TYPED_COMMENT,
    TYPED_WRONG, /* it cannot be run so */
    TYPED_CLASSES
};

/* A text that is typed: all statements that are open and the line that the cursor is in. */
struct typed {
    const char *text;
    size_t size, point; /* a word that ends at the cursor may be still on its way */
};

/* Sets class[size]: of each byte, an enum typed_class. It is as the lexer and the tables see the
 * text; names that an earlier statement of it may give are taken to be right. */
void typed_classes(const struct session *s, const struct typed *t, unsigned char *class);

#endif
