/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/installed.h"

#include "base/str.h"
#include "cmd/verbs/syntax.h"
#include "repl/options.h"

#include <string.h>

/* What may stand as an option's value, by what its help calls that. */
static const struct {
    const char *value, *words;
    bool files;
} values[] = {
    {"WHERE", "none auto dumb", true},
    {"SIZE", "normal big", false},
    {"WHAT", "man bash zsh fish vim nano textmate", false},
    {"FILE", "", true},
    {"FOLDER", "", true},
    {"ANSWERS", "", true},
};

static size_t find_value(const char *value)
{
    size_t i = 0;
    while (i < sizeof values / sizeof *values && (!value || strcmp(values[i].value, value) != 0))
        i++;
    return i;
}

static const char *value_words(const char *value)
{
    const size_t i = find_value(value);
    return i < sizeof values / sizeof *values ? values[i].words : "";
}

static bool value_is_file(const char *value)
{
    const size_t i = find_value(value);
    return i < sizeof values / sizeof *values && values[i].files;
}

/* A text with a backslash before each of the characters, between the single quotes of a shell. */
static void add_quoted(struct str *to, const char *text, const char *characters)
{
    for (; *text; text++) {
        if (strchr(characters, *text))
            str_add(to, "\\");
        str_add(to, *text == '\'' ? "'\\''" : (char[]){*text, 0});
    }
}

/* In roff a hyphen would be set as a dash, and a dot or an apostrophe could begin a request. */
static void add_roff(struct str *to, const char *text)
{
    for (; *text; text++)
        if (*text == '-')
            str_add(to, "\\-");
        else if (*text == '\\')
            str_add(to, "\\e");
        else
            str_bytes(to, text, 1);
}

static const struct {
    const char *name, *what;
} variables[] = {
    {"NNR_HISTFILE", "where lines of the prompt are kept; empty: nowhere. Without it that is "
                     "nnr/history in XDG_STATE_HOME, or in ~/.local/state"},
    {"NNR_PLOT", "where pictures go without --plot"},
    {"NNR_LESSONS", "a folder of lessons of one's own"},
    {"XDG_CONFIG_HOME", "nnr/init.nnr in it, or in ~/.config, is run before the prompt"},
    {"TERM", "dumb: no colours, no line below the prompt"},
    {"NO_COLOR", "no colours"},
    {"PAGER", "shows what is longer than the screen"},
    {"JUPYTER_DATA_DIR", "where --install-kernel writes, in kernels; without it that is jupyter in "
                         "XDG_DATA_HOME, or in ~/.local/share"},
    {"TMPDIR", "where what a report is made of is kept while nnr runs"},
    {"VISUAL, EDITOR", "what the verb edit opens"},
};

static void write_man(struct str *to)
{
    str_add(to,
            ".\\\" Written by: nnr --write man\n.TH NNR 1 \"\" \"nnr " NNR_VERSION
            "\" \"User Commands\"\n.SH NAME\nnnr, nnr64 \\- experiments with neural networks and "
            "their penalties\n.SH SYNOPSIS\n.B nnr\n.RI [ options ] \" \" [ file.nnr ]\n"
            ".br\n.B nnr64\n.RI [ options ] \" \" [ file.nnr ]\n.SH DESCRIPTION\n");
    add_roff(to, options_about);
    str_add(to, "\n.PP\n.B nnr64\nis the same program in double precision.\n.SH OPTIONS\n");
    for (size_t i = 0; i < options_count(); i++) {
        const struct option_help o = options_row(i);
        str_add(to, ".TP\n.B ");
        add_roff(to, o.name);
        if (o.value)
            str_addf(to, " \\fI%s\\fR", o.value);
        str_add(to, "\n");
        add_roff(to, o.line);
        str_add(to, "\n");
    }
    str_add(to, ".PP\n");
    add_roff(to, options_json);
    str_add(to, "\n.SH EXIT STATUS\n");
    add_roff(to, options_status);
    str_add(to, "\n");
    syntax_man(to);
    str_add(to, ".SH ENVIRONMENT\n");
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        str_addf(to, ".TP\n.B %s\n", variables[i].name);
        add_roff(to, variables[i].what);
        str_add(to, "\n");
    }
    str_add(to, ".SH SEE ALSO\n.BR gnuplot (1)\n.PP\nAt the prompt,\n.B help\nexplains every "
                "word.\n");
}

static void write_bash(struct str *to)
{
    str_add(to, "# bash completion for nnr; written by: nnr --write bash\n_nnr() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                "    COMPREPLY=()\n    compopt +o default 2>/dev/null\n    case $prev in\n");
    for (size_t i = 0; i < options_count(); i++) {
        const struct option_help o = options_row(i);
        if (!o.value)
            continue;
        str_addf(to, "    %s)\n", o.name);
        if (*value_words(o.value))
            str_addf(to, "        COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n",
                     value_words(o.value));
        if (value_is_file(o.value))
            str_add(to, "        compopt -o filenames 2>/dev/null\n"
                        "        COMPREPLY+=($(compgen -f -- \"$cur\"))\n");
        str_add(to, "        return ;;\n");
    }
    str_add(to, "    esac\n    case $cur in\n    -*) COMPREPLY=($(compgen -W \"");
    for (size_t i = 0; i < options_count(); i++)
        str_addf(to, "%s%s", i ? " " : "", options_row(i).name);
    str_add(to, "\" -- \"$cur\")) ;;\n    *)\n        compopt -o filenames 2>/dev/null\n"
                "        COMPREPLY=($(compgen -d -- \"$cur\") "
                "$(compgen -f -X '!*.nnr' -- \"$cur\")) ;;\n    esac\n}\n"
                "complete -F _nnr nnr nnr64\n");
}

static void write_zsh(struct str *to)
{
    str_add(to, "#compdef nnr nnr64\n# Written by: nnr --write zsh\n_arguments \\\n");
    for (size_t i = 0; i < options_count(); i++) {
        const struct option_help o = options_row(i);
        str_addf(to, "  '%s%s%s[", o.repeats ? "*" : "", o.name,
                 o.value && o.name[1] == '-' ? "=" : "");
        add_quoted(to, o.line, "[]:\\");
        str_add(to, "]");
        if (o.value && value_is_file(o.value))
            str_addf(to, ":%s:{ compadd -- %s; _files }", o.value, value_words(o.value));
        else if (o.value)
            str_addf(to, ":%s:(%s)", o.value, value_words(o.value));
        str_add(to, "' \\\n");
    }
    str_add(to, "  '1:script:_files -g \"*.nnr\"'\n");
}

static void write_fish(struct str *to)
{
    str_add(to, "# fish completion for nnr; written by: nnr --write fish\n"
                "for program in nnr nnr64\n");
    for (size_t i = 0; i < options_count(); i++) {
        const struct option_help o = options_row(i);
        const bool is_long = o.name[1] == '-';
        str_addf(to, "    complete -c $program -%c %s", is_long ? 'l' : 's',
                 o.name + (is_long ? 2 : 1));
        if (o.value)
            str_add(to, value_is_file(o.value) ? " -r" : " -x");
        if (*value_words(o.value))
            str_addf(to, " -a '%s'", value_words(o.value));
        str_add(to, " -d '");
        add_quoted(to, o.line, "\\");
        str_add(to, "'\n");
    }
    str_add(to, "end\n");
}

static const struct {
    const char *name;
    void (*write)(struct str *to);
} files[] = {
    {"man", write_man},
    {"bash", write_bash},
    {"zsh", write_zsh},
    {"fish", write_fish},
    {"vim", syntax_vim},
    {"nano", syntax_nano},
    {"textmate", syntax_textmate},
};

int installed_check(const char *what, struct err *e)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i].name, what) == 0)
            return 0;
    err_at(e, (struct span){0}, "--write knows no \"%.100s\"", what);
    return err_hint(e, "write one of: %s", value_words("WHAT"));
}

void installed_write(struct str *to, const char *what)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i].name, what) == 0)
            files[i].write(to);
}
