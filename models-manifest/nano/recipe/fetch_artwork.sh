#!/bin/sh
# Fetches the artworks and the CLDR annotations into work/artwork.
# Needs npm, tar and Debian's fonts-noto-color-emoji. OpenMoji is for measuring only: no model is trained on it.
set -eu
cd "$(dirname "$0")"
mkdir -p work/artwork
cd work/artwork
npm pack --silent openmoji@17.0.0 @twemoji/svg@15.0.0 cldr-annotations-full@48.2.0 @iconify-json/fluent-emoji-flat@1.2.6
for package in openmoji twemoji-svg cldr-annotations-full iconify-json-fluent-emoji-flat; do
  mkdir -p "$package"
  tar xzf "$package"-[0-9]*.tgz -C "$package" --strip-components=1
done
cp /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf .
