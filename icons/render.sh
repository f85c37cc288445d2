#!/bin/sh
# Renders every PNG from its SVG source. Needs rsvg-convert (Debian: librsvg2-bin).
set -eu
cd "$(dirname "$0")"
for size in 32 48 64 128 256 512; do
  rsvg-convert --width "$size" --height "$size" bursar.svg --output "$size.png"
done
for mood in normal pending attention; do
  for size in 22 32 64; do
    rsvg-convert --width "$size" --height "$size" "tray/$mood.svg" --output "tray/$mood-$size.png"
  done
done
