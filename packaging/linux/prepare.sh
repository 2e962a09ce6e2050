#!/bin/sh
# prepare.sh          installs what pip can't: Python with venv, and the libraries that Qt loads.
# prepare.sh screen   installs only the display libraries, if there is a display: an environment can be created without one
#                     and used with one later.
# Installs missing packages if it can (root, or passwordless sudo); otherwise prints the exact command and stops. The two
# fonts are installed where that can be done, and nothing stops without them: the window then uses the system's own.
set -eu

missing=""
fonts=""
want() { # package, and a test that it is installed
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q '^install ok installed$'; }
glib_is_installed() { installed libglib2.0-0 || installed libglib2.0-0t64; } # its name from Debian 13 on
python_is_new_enough() { python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; }

[ "$(uname -s)" = Linux ] || exit 0
only="${1:-}"
if ! command -v dpkg-query >/dev/null; then
  [ "$only" = screen ] && exit 0
  python3 -c 'import venv, ensurepip' && python_is_new_enough && exit 0
  echo "Benchboard needs Python 3.11 or newer with its venv module; install it with your system's package tool." >&2
  exit 1
fi

if [ "$only" != screen ]; then
  want python3 command -v python3
  want python3-venv python3 -c 'import venv, ensurepip'
  for package in libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 fonts-dejavu-core; do
    want "$package" installed "$package"
  done
  want libglib2.0-0 glib_is_installed
  for package in fonts-inter fonts-jetbrains-mono; do
    installed "$package" || fonts="$fonts $package"
  done
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  for package in libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-shape0 \
    libxcb-xkb1 libxkbcommon-x11-0; do
    want "$package" installed "$package"
  done
fi

if [ -n "$missing$fonts" ]; then
  # Another program may be installing packages, as new machines do automatically.
  install="apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300"
  if [ "$(id -u)" = 0 ]; then
    as_root="env"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo"
  else
    as_root=""
  fi
  if [ -n "$as_root" ]; then
    echo "Installing:$missing$fonts" >&2
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # lists of package names
    {
      $as_root apt-get update -q || [ -z "$missing" ]
      [ -z "$missing" ] || $as_root $install $missing
      [ -z "$fonts" ] || $as_root $install $fonts ||
        echo "Couldn't install:$fonts. Benchboard uses the system's own font instead."
    } >&2
  elif [ -n "$missing" ]; then
    echo "Benchboard needs system packages that aren't installed. Run this, then try again:" >&2
    echo "  sudo apt-get update && sudo $install$missing$fonts" >&2
    exit 1
  else
    echo "Benchboard uses the system's own font. To install Inter and JetBrains Mono for it, run:" >&2
    echo "  sudo apt-get update && sudo $install$fonts" >&2
  fi
fi

[ "$only" = screen ] || python_is_new_enough || {
  echo "Benchboard needs Python 3.11 or newer; this machine's python3 is $(python3 --version 2>&1)." >&2
  exit 1
}
