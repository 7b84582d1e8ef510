#!/usr/bin/env bash
# Brings what a Debian or Ubuntu machine needs to build (a C++ compiler, for the film encoder), to show the window and
# to draw the tests' pictures without a graphics card: Mesa's software Vulkan, keyboard and font libraries, and a
# virtual display for the smoke test. The command line, once built, needs none of this.
set -euo pipefail

packages=(
  g++
  mesa-vulkan-drivers libvulkan1
  libxkbcommon0 libxkbcommon-x11-0 libx11-6 libx11-xcb1 libxcursor1 libxi6 libxrandr2 libwayland-client0
  xvfb xdotool
)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "Everything is installed."
  exit 0
fi

as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
