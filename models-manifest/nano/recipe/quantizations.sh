#!/bin/sh
# Accuracy through every quantization: quantizations.sh CHECKPOINT PICTURES OUT [LIMIT]
# CHECKPOINT is a folder written by export_hf.py nano, PICTURES a set drawn by heldout.py, LIMIT the first questions of each language.
# The decoder is quantised, the tower stays at Q8_0, which is the sensible least for it. The table at the end is that of
# `myna eval table`. Needs a built checkout: ./mvnw -q package -DskipTests
set -eu
checkpoint=$1 pictures=$2 out=$3 limit=${4:-0}
root=$(cd "$(dirname "$0")/../../.." && pwd)
mkdir -p "$out/eval"
measure() {
  echo "$1: $(cat "$2" "$3" | wc -c) bytes"
  "$root/myna" eval nano -m "$2" --mmproj "$3" --data "$pictures" --limit "$limit" --parallel 10 -o "$out/eval/$1"
}
"$root/myna" convert "$checkpoint" --name nano --type f16 -o "$out" --force
measure F16 "$out/nano-f16.gguf" "$out/nano-mmproj-f16.gguf"
"$root/myna" quantize "$out/nano-mmproj-f16.gguf" "$out/mmproj.gguf" Q8_0
for type in Q8_0 Q6_K Q5_K_M Q4_K_M Q4_0 Q3_K_M Q2_K; do
  "$root/myna" quantize "$out/nano-f16.gguf" "$out/$type.gguf" "$type"
  measure "$type" "$out/$type.gguf" "$out/mmproj.gguf"
done
cd "$out/eval"
"$root/myna" eval table F16 Q8_0 Q6_K Q5_K_M Q4_K_M Q4_0 Q3_K_M Q2_K
