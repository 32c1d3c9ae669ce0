/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products with vectors of LANES numbers, as lanes.h has them. Included once for each width, after
 * it. A tile is a block of c that stays in registers: up to TALLEST rows of up to WIDEST vectors.
 * Each number of c is summed in the order of k whatever the shape, so a row of c does not depend on
 * how many there are. */

/* Rows of the tallest tile by its vectors in a row: as the registers allow, with two adders that
 * take four cycles busy. Narrow vectors are for matrices that one of them spans. */
#if LANES < MOST_LANES
#define WIDEST 1
#define TILES(T) TILES_12(T, 1)
static const size_t NAME(tallest)[WIDEST] = {12};
#elif VECTOR_BYTES == 64
#define WIDEST 4
#define TILES(T) TILES_12(T, 1) TILES_12(T, 2) TILES_8(T, 3) TILES_6(T, 4)
static const size_t NAME(tallest)[WIDEST] = {12, 12, 8, 6};
#else
#define WIDEST 3
#define TILES(T) TILES_12(T, 1) TILES_6(T, 2) TILES_4(T, 3)
static const size_t NAME(tallest)[WIDEST] = {12, 6, 4};
#endif

/* Where a tile's operands stand. The number of row i and column l of a is a[i * stride + l], or
 * a[i + l * stride] where it is stored transposed. */
struct NAME(operands) {
    size_t k;
    const real *a;
    size_t stride;
    const real *b;
    size_t b_stride;
    real *c;
    size_t c_stride;
    NAME(mask) last; /* lanes of the last vector of a row */
    size_t tail;     /* where a whole vector begins that ends with the row */
    bool add;
};

INLINE void NAME(tile)(const int rows, const int vecs, const bool part, const bool across,
                       const struct NAME(operands) * o)
{
    const size_t k = o->k, stride = o->stride, b_stride = o->b_stride, c_stride = o->c_stride;
    const NAME(mask) last = o->last;
    const real *b = o->b, *row[TALLEST / 3];
    real *c = o->c;
    /* Each third row has a pointer of its own: the two after it are reached from there. */
    row[0] = o->a;
    UNROLL
    for (int i = 3; i < rows; i += 3)
        row[i / 3] = across ? row[0] : unknown(row[i / 3 - 1] + 3 * stride);
    VEC s[TALLEST][WIDEST];
    UNROLL
    for (int i = 0; i < rows; i++)
        UNROLL
    for (int j = 0; j < vecs; j++)
        s[i][j] = (VEC){0};
    if (o->add)
        UNROLL
    for (int i = 0; i < rows; i++)
        UNROLL
    for (int j = 0; j < vecs; j++) {
        const real *p = c + (size_t)i * c_stride + j * LANES;
        s[i][j] = part && j == vecs - 1 ? NAME(load_part)(p, last) : NAME(load)(p);
    }
    for (size_t l = 0; l < k; l++, b += b_stride) {
        VEC v[WIDEST];
        UNROLL
        for (int j = 0; j < vecs; j++)
            v[j] = part && j == vecs - 1 ? NAME(load_part)(b + j * LANES, last)
                                         : NAME(load)(b + j * LANES);
        UNROLL
        for (int i = 0; i < rows; i++) {
            const real x = across ? row[0][i] : row[i / 3][(size_t)(i % 3) * stride];
            UNROLL
            for (int j = 0; j < vecs; j++)
                s[i][j] += x * v[j];
        }
        UNROLL
        for (int i = 0; i < rows; i += 3)
            row[i / 3] += across ? stride : 1;
    }
    c = unknown(c);
    UNROLL
    for (int i = 0; i < rows; i++)
        UNROLL
    for (int j = 0; j < vecs; j++) {
        real *p = c + (size_t)i * c_stride + j * LANES;
        if (part && j == vecs - 1)
            NAME(store_part)(p, last, s[i][j]);
        else
            NAME(store)(p, s[i][j]);
    }
}

typedef void NAME(tile_run)(const struct NAME(operands) * o);

#define TILE(rows, vecs)                                                                           \
    static void NAME(tile_##rows##_##vecs##_nn)(const struct NAME(operands) * o)                   \
    {                                                                                              \
        NAME(tile)(rows, vecs, false, false, o);                                                   \
    }                                                                                              \
    static void NAME(part_##rows##_##vecs##_nn)(const struct NAME(operands) * o)                   \
    {                                                                                              \
        NAME(tile)(rows, vecs, true, false, o);                                                    \
    }                                                                                              \
    static void NAME(tile_##rows##_##vecs##_tn)(const struct NAME(operands) * o)                   \
    {                                                                                              \
        NAME(tile)(rows, vecs, false, true, o);                                                    \
    }                                                                                              \
    static void NAME(part_##rows##_##vecs##_tn)(const struct NAME(operands) * o)                   \
    {                                                                                              \
        NAME(tile)(rows, vecs, true, true, o);                                                     \
    }
TILES(TILE)
#undef TILE

/* By vectors, rows, whether the last vector is a part, and whether a is stored transposed. */
static NAME(tile_run) *const NAME(tiles)[WIDEST][TALLEST][2][2] = {
#define TILE(rows, vecs)                                                                           \
    [vecs - 1][rows - 1] = {{NAME(tile_##rows##_##vecs##_nn), NAME(tile_##rows##_##vecs##_tn)},    \
                            {NAME(part_##rows##_##vecs##_nn), NAME(part_##rows##_##vecs##_tn)}},
    TILES(TILE)
#undef TILE
};

/* Rows of a that come after those at hand are asked for in time: a batch comes from afar. */
INLINE void NAME(ask_for)(const real *from, const real *end)
{
    enum { LINE = 64 / sizeof(real) };
    for (; from < end; from += LINE)
        __builtin_prefetch(from);
}

#if LANES == MOST_LANES
/* Rows of a panel where k is a constant: nothing is left of the loops, so the processor goes from
 * one block of rows into the next without a guess. Four rows keep two adders busy. Where a part of
 * the last vector is in the panel, a whole one begins where it ends with the panel; what it shares
 * with the one before it is computed in both, which gives the same bits. (Three whole ones are as
 * fast as a tile.) */
INLINE void NAME(block)(const int rows, const int vecs, const bool part, const size_t k,
                        const struct NAME(operands) * o, const real *a, real *c)
{
    VEC s[4][3];
    size_t at[3] = {0, LANES, (size_t)2 * LANES};
    if (part)
        at[vecs - 1] = o->tail;
    UNROLL
    for (int i = 0; i < rows; i++)
        UNROLL
    for (int j = 0; j < vecs; j++) {
        s[i][j] = (VEC){0};
        if (o->add)
            s[i][j] = NAME(load)(c + (size_t)i * o->c_stride + at[j]);
    }
    const real *b = o->b;
    UNROLL
    for (size_t l = 0; l < k; l++, b = unknown(b + o->b_stride)) {
        VEC v[3];
        UNROLL
        for (int j = 0; j < vecs; j++)
            v[j] = NAME(load)(b + at[j]);
        UNROLL
        for (int i = 0; i < rows; i++) {
            const real x = a[(size_t)i * o->stride + l];
            UNROLL
            for (int j = 0; j < vecs; j++)
                s[i][j] += x * v[j];
        }
    }
    UNROLL
    for (int i = 0; i < rows; i++)
        UNROLL
    for (int j = 0; j < vecs; j++)
        NAME(store)(c + (size_t)i * o->c_stride + at[j], s[i][j]);
}

INLINE void NAME(blocks_of_four)(const int vecs, const bool part, const size_t k,
                                 const struct NAME(operands) * o, size_t m)
{
    const real *a = o->a;
    real *c = o->c;
    for (; m >= 4; m -= 4, a += 4 * o->stride, c += 4 * o->c_stride)
        NAME(block)(4, vecs, part, k, o, a, c);
    for (; m; m--, a += o->stride, c += o->c_stride)
        NAME(block)(1, vecs, part, k, o, a, c);
}

#define DEEP(k)                                                                                    \
    static void NAME(deep_2_all_##k)(const struct NAME(operands) * o, size_t m)                    \
    {                                                                                              \
        NAME(blocks_of_four)(2, false, k, o, m);                                                   \
    }                                                                                              \
    static void NAME(deep_2_part_##k)(const struct NAME(operands) * o, size_t m)                   \
    {                                                                                              \
        NAME(blocks_of_four)(2, true, k, o, m);                                                    \
    }                                                                                              \
    static void NAME(deep_3_part_##k)(const struct NAME(operands) * o, size_t m)                   \
    {                                                                                              \
        NAME(blocks_of_four)(3, true, k, o, m);                                                    \
    }
EACH_SHORT(DEEP)
#undef DEEP

/* By parts of k that have loops of their own; each goes on where the last one left a sum. */
static void NAME(deep)(struct NAME(operands) * o, size_t m, size_t vecs, bool part)
{
    static void (*const by_k[SHORT][3])(const struct NAME(operands) * o, size_t m) = {
#define DEEP(k) {NAME(deep_2_all_##k), NAME(deep_2_part_##k), NAME(deep_3_part_##k)},
        EACH_SHORT(DEEP)
#undef DEEP
    };
    const bool add = o->add;
    const real *b = o->b;
    for (size_t left = o->k, k; left; left -= k) {
        k = left < SHORT ? left : SHORT;
        by_k[k - 1][vecs - 2 + part](o, m);
        o->a += k;
        o->b += k * o->b_stride;
        o->add = true;
    }
    o->a += m * o->stride - o->k;
    o->b = b;
    o->c += m * o->c_stride;
    o->add = add;
}
#endif

/* All rows of one panel of c; `fresh`: no panel before it has read a, whose rows lie together. a
 * and c are left behind the last row. (In place: a copy would wait for the stores that made *o.) */
INLINE void NAME(panel)(struct NAME(operands) * o, size_t m, size_t vecs, bool part, bool across,
                        bool fresh)
{
#if LANES == MOST_LANES
    if ((vecs == 2 || (vecs == 3 && part)) && !across && o->k <= DEEPEST) {
        NAME(deep)(o, m, vecs, part);
        return;
    }
#endif
    NAME(tile_run) *const(*by_rows)[2][2] = NAME(tiles)[vecs - 1];
    const size_t most = NAME(tallest)[vecs - 1];
    while (m) {
        /* The last two share what is left, so that neither is too low to hide a sum's latency. */
        const size_t rows = m <= most ? m : m < 2 * most ? (m + 1) / 2 : most;
        const size_t seen = m < 2 * rows ? m : 2 * rows;
        if (fresh && m > rows)
            NAME(ask_for)(o->a + rows * o->stride, o->a + seen * o->stride);
        by_rows[rows - 1][part][across](o);
        m -= rows;
        o->a += across ? rows : rows * o->stride;
        o->c += rows * o->c_stride;
    }
}

/* How many vectors the next panel has, of those left in a row. */
INLINE size_t NAME(next)(size_t columns)
{
    const size_t left = (columns + LANES - 1) / LANES;
    return left <= WIDEST ? left : left < 2 * WIDEST ? (left + 1) / 2 : WIDEST;
}

INLINE void NAME(panels)(bool across, size_t m, size_t n, size_t k, const real *a, const real *b,
                         real *c, bool add)
{
    struct NAME(operands) o = {
        .k = k,
        .a = a,
        .stride = across ? m : k,
        .b = b,
        .b_stride = n,
        .c = c,
        .c_stride = n,
        .add = add,
    };
    if (n <= LANES && m <= TALLEST) { /* one tile: the smallest products are soon over */
        o.last = NAME(first)(n);
        NAME(tiles)[0][m - 1][n < LANES][across](&o);
        return;
    }
    const bool fresh = !across && m * k > NEARBY;
    for (size_t j = 0; j < n;) {
        const size_t vecs = NAME(next)(n - j), whole = vecs * LANES;
        const size_t columns = n - j < whole ? n - j : whole;
        o.a = a;
        o.b = b + j;
        o.c = c + j;
        o.last = NAME(first)(columns - (vecs - 1) * LANES);
        o.tail = columns - LANES;
        NAME(panel)(&o, m, vecs, columns < whole, across, fresh && j == 0);
        j += columns;
    }
}

static void NAME(nn)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    NAME(panels)(false, m, n, k, a, b, c, add);
}

static void NAME(tn)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    NAME(panels)(true, m, n, k, a, b, c, add);
}

/* c[m][1]: the same numbers as c[1][m], with the operands exchanged. */
static void NAME(tn_column)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                            bool add)
{
    (void)n;
    NAME(panels)(false, 1, m, k, b, a, c, add);
}

/* Four rows of a times one column; rows past the last are the last. */
INLINE void NAME(dot4)(size_t k, const real *const a[4], const real *b, real sum[4])
{
    VEC s[2][4] = {0};
    size_t l = 0;
    for (; l + 2 * LANES <= k; l += 2 * LANES)
        UNROLL
    for (int u = 0; u < 2; u++)
        UNROLL
    for (int i = 0; i < 4; i++)
        s[u][i] += NAME(load)(a[i] + l + u * LANES) * NAME(load)(b + l + u * LANES);
    if (l + LANES <= k) {
        UNROLL
        for (int i = 0; i < 4; i++)
            s[0][i] += NAME(load)(a[i] + l) * NAME(load)(b + l);
        l += LANES;
    }
    if (l < k) {
        const NAME(mask) last = NAME(first)(k - l);
        UNROLL
        for (int i = 0; i < 4; i++)
            s[1][i] += NAME(load_part)(a[i] + l, last) * NAME(load_part)(b + l, last);
    }
    UNROLL
    for (int i = 0; i < 4; i++)
        s[0][i] += s[1][i];
    NAME(fold)(s[0], sum);
}

/* c[m][1] with a[m][k] and b[k]. */
static void NAME(column)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                         bool add)
{
    (void)n;
    for (size_t i = 0; i < m; i += 4) {
        const size_t last = m - i < 4 ? m - i - 1 : 3;
        const real *const row[4] = {a + i * k, a + (i + (last < 1 ? last : 1)) * k,
                                    a + (i + (last < 2 ? last : 2)) * k, a + (i + last) * k};
        real sum[4];
        NAME(dot4)(k, row, b, sum);
        for (size_t r = 0; r <= last; r++)
            c[i + r] = add ? c[i + r] + sum[r] : sum[r];
    }
}

/* packed[k][vecs * LANES] = the transpose of b[columns][stride], the columns past the last 0. */
INLINE void NAME(turn)(size_t columns, size_t vecs, size_t k, const real *b, size_t stride,
                       real *packed)
{
    for (size_t j = 0; j < columns; j += LANES)
        for (size_t l = 0; l < k; l += LANES) {
            const bool part = k - l < LANES;
            const size_t deep = part ? k - l : LANES;
            const NAME(mask) last = NAME(first)(deep);
            real *to = packed + l * vecs * LANES + j;
            VEC v[LANES];
            if (!part && columns - j >= LANES) {
                UNROLL
                for (size_t i = 0; i < LANES; i++)
                    v[i] = NAME(load)(b + (j + i) * stride + l);
                NAME(transpose)(v);
                UNROLL
                for (size_t i = 0; i < LANES; i++)
                    NAME(store)(to + i * vecs * LANES, v[i]);
                continue;
            }
            UNROLL
            for (size_t i = 0; i < LANES; i++) {
                const real *p = b + (j + i) * stride + l;
                v[i] = j + i >= columns ? (VEC){0}
                       : part           ? NAME(load_part)(p, last)
                                        : NAME(load)(p);
            }
            NAME(transpose)(v);
            UNROLL
            for (size_t i = 0; i < LANES; i++)
                if (i < deep)
                    NAME(store)(to + i * vecs * LANES, v[i]);
        }
}

/* packed[k][columns, filled up to whole vectors] = b[k][stride]. */
INLINE void NAME(gather)(size_t columns, size_t vecs, size_t k, const real *b, size_t stride,
                         real *packed)
{
    const NAME(mask) last = NAME(first)(columns - (vecs - 1) * LANES);
    for (size_t l = 0; l < k; l++, b += stride)
        for (size_t j = 0; j < vecs; j++, packed += LANES) {
            const real *from = b + j * LANES;
            const VEC v = j == vecs - 1 ? NAME(load_part)(from, last) : NAME(load)(from);
            NAME(store)(packed, v);
        }
}

/* All rows of one panel where a is stored transposed and is large: a row of it can be as long as a
 * page, so blocks of columns are packed too. */
INLINE void NAME(blocks)(struct NAME(operands) o, size_t m, size_t vecs, bool part)
{
    real packed[PACKED] __attribute__((aligned(64)));
    const real *a = o.a;
    const size_t stride = o.stride;
    for (size_t i = 0; i < m; i += BLOCK, a += BLOCK) {
        const size_t rows = m - i < BLOCK ? m - i : BLOCK, whole = (rows + LANES - 1) / LANES;
        NAME(gather)(rows, whole, o.k, a, stride, packed);
        o.a = packed;
        o.stride = whole * LANES;
        NAME(panel)(&o, rows, vecs, part, true, false);
    }
}

/* By panels of b that are packed first, so that they stand in the nearest cache; in parts where k
 * is long. */
INLINE void NAME(packed)(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b,
                         real *c, bool add)
{
    real packed[PACKED] __attribute__((aligned(64)));
    const bool across = p == PRODUCT_TN;
    for (size_t j = 0; j < n;) {
        const size_t vecs = NAME(next)(n - j), whole = vecs * LANES;
        const size_t columns = n - j < whole ? n - j : whole;
        const size_t most = PACKED / (across && whole < BLOCK ? BLOCK : whole);
        for (size_t l = 0; l < k; l += most) {
            struct NAME(operands) o = {
                .k = k - l < most ? k - l : most,
                .a = across ? a + l * m : a + l,
                .stride = across ? m : k,
                .b = packed,
                .b_stride = whole,
                .c = c + j,
                .c_stride = n,
                .last = NAME(first)(columns - (vecs - 1) * LANES),
                .tail = columns - LANES,
                .add = add || l > 0,
            };
            if (p == PRODUCT_NT)
                NAME(turn)(columns, vecs, o.k, b + j * k + l, k, packed);
            else
                NAME(gather)(columns, vecs, o.k, b + l * n + j, n, packed);
            if (across && m * sizeof *a >= 4096)
                NAME(blocks)(o, m, vecs, columns < whole);
            else
                NAME(panel)(&o, m, vecs, columns < whole, across, false);
        }
        j += columns;
    }
}

static void NAME(nt)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    if (m > 2)
        NAME(packed)(PRODUCT_NT, m, n, k, a, b, c, add);
    else
        for (size_t i = 0; i < m; i++)
            NAME(column)(n, 1, k, b, a + i * k, c + i * n, add);
}

static void NAME(nn_packed)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                            bool add)
{
    NAME(packed)(PRODUCT_NN, m, n, k, a, b, c, add);
}

static void NAME(tn_packed)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                            bool add)
{
    NAME(packed)(PRODUCT_TN, m, n, k, a, b, c, add);
}

/* A row of c is one vector at most, k at most SHORT and in each of these a constant; v are the rows
 * of b, that stay in registers as far as there are such. */
INLINE void NAME(rows_by)(const size_t k, size_t m, size_t n, const real *a, const VEC v[SHORT],
                          real *c, bool add)
{
    const NAME(mask) last = NAME(first)(n);
    const bool part = n < LANES;
    for (size_t i = 0; i < m; i++, a += k, c += n) {
        VEC s = {0};
        if (add)
            s = part ? NAME(load_part)(c, last) : NAME(load)(c);
        UNROLL
        for (size_t l = 0; l < k; l++)
            s += a[l] * v[l];
        if (part)
            NAME(store_part)(c, last, s);
        else
            NAME(store)(c, s);
    }
}

/* b[k] has whole vectors. */
INLINE void NAME(rows)(const size_t k, size_t m, size_t n, const real *a, const real *b, real *c,
                       bool add)
{
    VEC v[SHORT];
    UNROLL
    for (size_t l = 0; l < k; l++)
        v[l] = NAME(load)(b + l * LANES);
    NAME(rows_by)(k, m, n, a, v, c, add);
}

#define ROWS(deep)                                                                                 \
    static void NAME(rows_##deep)(size_t m, size_t n, size_t k, const real *a, const real *b,      \
                                  real *c, bool add)                                               \
    {                                                                                              \
        (void)k;                                                                                   \
        NAME(rows)(deep, m, n, a, b, c, add);                                                      \
    }
EACH_SHORT(ROWS)
#undef ROWS

static gemm_run *const NAME(rows_of)[SHORT] = {
#define ROWS(deep) NAME(rows_##deep),
    EACH_SHORT(ROWS)
#undef ROWS
};

static void NAME(nn_short)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                           bool add)
{
    real whole[SHORT * LANES] __attribute__((aligned(64)));
    NAME(gather)(n, 1, k, b, n, whole);
    NAME(rows_of)[k - 1](m, n, k, a, whole, c, add);
}

/* b is a square of whole vectors: it is turned in registers. */
static void NAME(nt_square)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                            bool add)
{
    VEC v[SHORT];
    (void)n;
    (void)k;
    UNROLL
    for (size_t i = 0; i < LANES; i++)
        v[i] = NAME(load)(b + i * LANES);
    NAME(transpose)(v);
    NAME(rows_by)(LANES, m, LANES, a, v, c, add);
}

static void NAME(nt_short)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                           bool add)
{
    real whole[SHORT * LANES] __attribute__((aligned(64)));
    NAME(turn)(n, 1, k, b, k, whole);
    NAME(rows_of)[k - 1](m, n, k, a, whole, c, add);
}

/* c[m][1] where a row of a is one vector at most. */
static void NAME(column_short)(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                               bool add)
{
    (void)n;
    const NAME(mask) last = NAME(first)(k);
    const bool part = k < LANES;
    const VEC by = NAME(load_part)(b, last);
    real sum[4];
    VEC v[4];
    for (; m >= 4; m -= 4, a += 4 * k, c += 4) {
        UNROLL
        for (size_t i = 0; i < 4; i++)
            v[i] = by * (part ? NAME(load_part)(a + i * k, last) : NAME(load)(a + i * k));
        NAME(fold)(v, sum);
        UNROLL
        for (size_t i = 0; i < 4; i++)
            c[i] = add ? c[i] + sum[i] : sum[i];
    }
    if (!m)
        return;
    for (size_t i = 0; i < 4; i++)
        v[i] = i < m ? by * NAME(load_part)(a + i * k, last) : (VEC){0};
    NAME(fold)(v, sum);
    for (size_t i = 0; i < m; i++)
        c[i] = add ? c[i] + sum[i] : sum[i];
}

static const struct products_of_width NAME(products) = {
    .lanes = LANES,
    .nn = NAME(nn),
    .tn = NAME(tn),
    .nt = NAME(nt),
    .nn_packed = NAME(nn_packed),
    .tn_packed = NAME(tn_packed),
    .nn_short = NAME(nn_short),
    .nt_short = NAME(nt_short),
    .nt_square = NAME(nt_square),
    .rows = NAME(rows_of),
    .column = NAME(column),
    .column_short = NAME(column_short),
    .tn_column = NAME(tn_column),
};

#undef WIDEST
#undef TILES
