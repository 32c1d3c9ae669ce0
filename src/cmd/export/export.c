/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/export/export.h"

#include "cmd/common/defaults.h"
#include "cmd/export/arrays.h"
#include "cmd/export/model.h"
#include "cmd/export/names.h"
#include "cmd/export/python.h"
#include "cmd/export/settings.h"
#include "cmd/session/data.h"

#include "base/file.h"
#include "base/path.h"

#include <string.h>

#include "cmd/keras_bytes.h"
#include "cmd/torch_bytes.h"

static const struct {
    const char *title;
    const unsigned char *parts;
    size_t size;
} systems[SYSTEMS] = {
    [SYSTEM_TORCH] = {"PyTorch", torch_bytes, sizeof torch_bytes},
    [SYSTEM_KERAS] = {"Keras 3", keras_bytes, sizeof keras_bytes},
};

/* What no script has, whatever the layers. */
static void refuse_session(struct exported *s)
{
    const struct model *m = s->model;
    const struct dataset *d = &s->session->data;
    for (size_t i = 0; i < m->rules.count; i++)
        script_refuse(s, "the rule for", m->rules.item[i].rule->setting);
    if (m->policy)
        script_refuse(s, "penalties as another system has them (emulate, penalties.frozen)", "");
    if (d->mixup > 0)
        script_refuse(s, "mixup of the data", "");
}

static int refuse(const struct exported *s, const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "not in %s: %.400s", systems[s->system].title,
           s->refused.text ? s->refused.text : "");
    return err_hint(e, "export a clone without %s", s->refusals > 1 ? "these" : "it");
}

static int write_script(struct exported *s, const struct file_name *file, struct err *e)
{
    static const char head[] =
        "#!/usr/bin/env python3\n"
        "\"\"\"A model for %s, " FILE_OWN
        ". It reports what nnr's ledger does: the data loss, each\n"
        "penalty as a row of its own, and the total.\n\n"
        "    python3 THIS.py        the model as it is\n"
        "    python3 THIS.py 10     the same, then again after ten steps\n\"\"\"\n"
        "import math\nimport os\nimport sys\n\nimport numpy as np\n";
    static const char torch_head[] = "import torch\nimport torch.nn.functional as F\n\n"
                                     "torch.set_default_dtype(torch.float%d)\n";
    static const char keras_head[] = "import keras\nfrom keras import layers, ops\n\n"
                                     "keras.config.set_floatx(\"float%d\")\n";
    struct str text = {0};
    struct file_out out;
    str_addf(&text, head, systems[s->system].title);
    str_addf(&text, s->system == SYSTEM_TORCH ? torch_head : keras_head, 8 * (int)sizeof(real));
    const bool bad = python_parts(&text, s->parts, s->parts_size, s->text.text) != 0;
    str_add(&text, "\n\n");
    str_bytes(&text, s->text.text, s->text.size);
    int failed = bad || text.failed ? err_memory(e) : file_begin(&out, file, FILE_OWN, e);
    if (!failed)
        failed = file_add(&out, text.text, text.size, e) || file_end(&out, NULL, e) ? -1 : 0;
    str_finish(&text);
    return failed;
}

/* NAME.npz for NAME.py, in the same folder. */
static int name_beside(struct exported *s, const struct file_name *file, struct file_name *beside,
                       struct err *e)
{
    static const char from[] = ".py", to[] = ".npz";
    if (!path_ends(file->name, from)) {
        err_at(e, file->where, "the ending of \"%.200s\" does not say what to write", file->name);
        return err_hint(e, "end the name in .py: a script is written");
    }
    *beside = *file;
    const char *text[] = {file->name, file->path};
    const char *made[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        struct str name = {0};
        str_bytes(&name, text[i], strlen(text[i]) - strlen(from));
        str_add(&name, to);
        made[i] = name.failed ? NULL : arena_text(&s->arena, name.text, name.size);
        str_finish(&name);
    }
    if (!made[0] || !made[1])
        return err_memory(e);
    beside->name = made[0];
    beside->path = made[1];
    s->file = strrchr(beside->path, '/') ? strrchr(beside->path, '/') + 1 : beside->path;
    return 0;
}

static int prepare(struct exported *s, struct err *e)
{
    struct session *session = s->session;
    struct model *m = s->model;
    if (need_layers(m, e) || need_data(session, e) || choose_loss(session, m, e) ||
        choose_optimizer(session, m, e))
        return -1;
    if (checking(session))
        return trainer_check(m, &session->data, e);
    if (trainer_prepare(m, &session->data, session->seed, e))
        return -1;
    s->graph = m->graph;
    s->trainer = trainer_of(m);
    return script_names(s, e);
}

static int write_both(struct exported *s, const struct file_name *file,
                      const struct file_name *beside, struct err *e)
{
    script_settings(s);
    str_add(&s->text, "\n\n");
    script_model(s);
    str_add(&s->text, s->system == SYSTEM_TORCH ? "\n\nmain()\n" : "\n\nnet = Network()\nmain()\n");
    refuse_session(s);
    if (s->text.failed || s->refused.failed)
        return err_memory(e);
    if (s->refusals)
        return refuse(s, file, e);
    /* The script last: where it is new, so is what it reads. */
    return script_arrays(s, beside, e) || write_script(s, file, e) ? -1 : 0;
}

int export_model(struct session *session, enum system system, const struct file_name *file,
                 struct err *e)
{
    struct exported s = {.session = session,
                         .model = current_model(session),
                         .system = system,
                         .parts_size = systems[system].size};
    struct file_name beside;
    s.parts = arena_text(&s.arena, (const char *)systems[system].parts, systems[system].size);
    const bool fits = (s.parts || err_memory(e) == 0) && !name_beside(&s, file, &beside, e) &&
                      !file_check(file, FILE_OWN, e) && !file_check_unnamed(&beside, FILE_OWN, e) &&
                      !prepare(&s, e);
    const int failed = fits && !checking(session) ? write_both(&s, file, &beside, e)
                       : fits                     ? 0
                                                  : -1;
    str_finish(&s.text);
    str_finish(&s.refused);
    arena_finish(&s.arena);
    return failed;
}
