#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Draws every view from trained models, of one model and of three, as pixels and as text, and the
# picture of the README: make-pictures.sh FOLDER [NNR]. Where a view has no scene here it says so.
set -eu
if [ $# -lt 1 ]; then
    echo "usage: $0 FOLDER [NNR]" >&2
    exit 2
fi
root=$(cd "$(dirname "$0")/.." && pwd)
nnr=${2:-$root/build/src/nnr}
case $nnr in /*) ;; *) nnr=$PWD/$nnr ;; esac
mkdir -p "$1/scripts" "$1/docs"
cd "$1"

# Where each view is drawn: its scene, and the layers it is given.
scenes='loss digits
objective digits
activity digits
activity digits code
compare digits
pull digits
dash digits
curves digits
weights digits
filters digits code
ridge digits code
units digits code
spectrum digits code
reconstruct digits
boundary moons
confusion moons
fit sine
path sweep code.kernel
tradeoff sweep'

digits='seed 3
data digits target=input split=0.2
input 64
dense 100 relu kernel=l2(1e-5) as code
dense 64 sigmoid as picture
loss mse
optimizer adam
watch mean(abs(code.output)) every 20
train 15
set code.activity = l1(1e-3)
train 15
unwatch
clone sparse
set code.activity = l1(1e-2)
train 15
clone free
set code.activity = none
train 15
model main'
moons='seed 3
data moons 300 noise=0.2 split=0.2
input 2
dense 16 tanh as hidden
dense 1 sigmoid as top
optimizer adam lr=0.02
train 30
clone sparse
set hidden.kernel = l1(1e-2)
train 30
clone free
set hidden.kernel = none
train 30
model main'
sine='seed 3
data sine 60 split=0.2
input 1
dense 24 tanh kernel=l2(1e-4) as hidden
dense 1 as top
optimizer adam lr=0.02
train 200
clone sparse
set hidden.kernel = l2(1e-2)
train 100
clone free
set hidden.kernel = none
train 100
model main'
sweep='seed 3
data digits target=input split=0.2
input 64
dense 32 relu as code
dense 64 sigmoid as picture
sweep code.activity = l1(?) over 1e-5 1e-4 1e-3 1e-2 {
  train 5
}'

# Each view once for one model and once for all, and the latter not where a layer is too much.
statements() {
    echo "$scenes" | while read -r view scene layer; do
        [ "$scene" = "$1" ] || continue
        grep -q "^### $view\$" reference.md || continue
        name=$view${layer:+_$(echo "$layer" | tr . _)}
        echo "plot $view $layer"
        for ending in png txt csv; do
            echo "plot save \"$name.$ending\""
        done
        [ "$scene" != sweep ] || continue
        echo "plot $view $layer of main, sparse, free"
        echo "plot save \"${name}_three.png\""
    done
}

"$nnr" --manual >reference.md
failed=0
for scene in digits moons sine sweep; do
    eval "text=\$$scene"
    [ -n "$(statements "$scene")" ] || continue
    { echo "$text"; statements "$scene"; } >"scripts/$scene.nnr"
    sed 's/plot save "/plot save "..\//' "scripts/$scene.nnr" >scripts/pictures.nnr
    "$nnr" --quiet --plot none scripts/pictures.nnr >/dev/null || failed=1
done
for view in $(sed -n '/^## Views$/,/^## Functions$/s/^### //p' reference.md); do
    echo "$scenes" | grep -q "^$view " || { echo "no scene for the view $view" >&2; failed=1; }
done
cp "$root/scripts/readme-picture.nnr" scripts/
"$nnr" --quiet --plot none scripts/readme-picture.nnr >/dev/null || failed=1
rm -f scripts/pictures.nnr reference.md
exit "$failed"
