#!/bin/sh
# Accuracy through every quantization: quantizations.sh F16FOLDER PICTURES OUT [COUNT]
# F16FOLDER holds a pair written by export_gguf.py --f16, PICTURES a set drawn by heldout.py. The decoder is quantised, the
# tower stays at Q8_0, which is the sensible least for it. Needs a built checkout: ./mvnw -q package -DskipTests
set -eu
pair=$1 pictures=$2 out=$3 count=${4:-1000000}
root=$(cd "$(dirname "$0")/../../.." && pwd)
mkdir -p "$out"
measure() {
  echo "## $1: $(cat "$2" "$3" | wc -c) bytes"
  java --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED -cp "$root/bench/target/benchmarks.jar" \
    dev.myna.bench.EmbeddedAccuracy "$pictures" -m "$2" --mmproj "$3" --pictures "$count" --mistakes 0
}
measure F16 "$pair/nano.gguf" "$pair/nano-mmproj.gguf"
"$root/myna" quantize "$pair/nano-mmproj.gguf" "$out/mmproj.gguf" Q8_0
for type in Q8_0 Q6_K Q5_K_M Q4_K_M Q4_0 Q3_K_M Q2_K; do
  "$root/myna" quantize "$pair/nano.gguf" "$out/$type.gguf" "$type"
  measure "$type" "$out/$type.gguf" "$out/mmproj.gguf"
done
