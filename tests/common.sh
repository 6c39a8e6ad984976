# imbytes: what tests/run, examples/run and .ci/run share: which packages are
# needed, how they are installed, how the project is built. Sourced, not run.
# SPDX-License-Identifier: LGPL-2.1-or-later

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say () { printf '%s\n' "$*"; }
die () { printf 'error: %s\n' "$*" >&2; exit 1; }
# The command line is wrong.
usage () { printf 'error: %s\n' "$*" >&2; exit 2; }

# A python3 that sees the distribution's modules, which one from elsewhere that
# comes first in PATH does not.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

# For what | how to see that it is there | Debian, Ubuntu | Fedora | Arch.
# A name in brackets: without it something is skipped or slower, not broken.
dependencies='
build    | cmd cc                        | gcc libc6-dev | gcc | gcc
build    | cmd meson                     | meson | meson | meson
build    | cmd ninja                     | ninja-build | ninja-build | ninja
build    | cmd pkg-config                | pkg-config | pkgconf-pkg-config | pkgconf
build    | pc gstreamer-1.0              | libgstreamer1.0-dev | gstreamer1-devel | gstreamer
build    | pc gstreamer-video-1.0        | libgstreamer-plugins-base1.0-dev | gstreamer1-plugins-base-devel | gst-plugins-base-libs
build    | pc libjpeg                    | libjpeg-dev | libjpeg-turbo-devel | libjpeg-turbo
build    | pc libpng                     | libpng-dev | libpng-devel | libpng
build    | pc zlib                       | zlib1g-dev | zlib-devel | zlib
build    | pc libisal                    | [libisal-dev] | [isa-l-devel] | [isa-l]
play     | cmd gst-inspect-1.0           | gstreamer1.0-tools | gstreamer1 | gstreamer
play     | gst videotestsrc compositor   | gstreamer1.0-plugins-base | gstreamer1-plugins-base | gst-plugins-base
play     | gst qtdemux jpegdec pngdec    | gstreamer1.0-plugins-good | gstreamer1-plugins-good | gst-plugins-good
play     | gst avdec_h264                | [gstreamer1.0-libav] | [gstreamer1-plugin-libav] | [gst-libav]
test     | cmd python3                   | python3 | python3 | python
test     | gst gdppay                    | gstreamer1.0-plugins-bad | gstreamer1-plugins-bad-free | gst-plugins-bad
test     | gir Gst GstVideo              | [python3-gi] [gir1.2-gstreamer-1.0] [gir1.2-gst-plugins-base-1.0] | [python3-gobject] | [python-gobject]
test     | gir-overrides Gst             | [python3-gst-1.0] | [python3-gstreamer1] | [gst-python]
test     | since 1.24 gstreamer-analytics-1.0 | [libgstreamer-plugins-bad1.0-dev] | [gstreamer1-plugins-bad-free-devel] | [gst-plugins-bad-libs]
test     | cmd pngcheck                  | [pngcheck] | [pngcheck] |
test     | cmd optipng                   | [optipng] | [optipng] | [optipng]
test     | cmd exiftool                  | [libimage-exiftool-perl] | [perl-Image-ExifTool] | [perl-image-exiftool]
test     | py numpy                      | [python3-numpy] | [python3-numpy] | [python-numpy]
test     | py PIL                        | [python3-pil] | [python3-pillow] | [python-pillow]
test     | py cv2                        | [python3-opencv] | [python3-opencv] | [python-opencv]
test     | file /usr/share/backgrounds/mate/nature | [mate-backgrounds] | [mate-backgrounds] | [mate-backgrounds]
test     | pc gstreamer-rtsp-server-1.0  | [libgstrtspserver-1.0-dev] | [gstreamer1-rtsp-server-devel] | [gst-rtsp-server]
test     | cmd ip                        | [iproute2] | [iproute] | [iproute2]
test     | pc json-glib-1.0              | [libjson-glib-dev] | [json-glib-devel] | [json-glib]
test     | pc libmosquitto               | [libmosquitto-dev] | [mosquitto-devel] | [mosquitto]
test     | cmd mosquitto_sub             | [mosquitto] [mosquitto-clients] | [mosquitto] | [mosquitto]
test     | pc libcurl                    | [libcurl4-openssl-dev] | [libcurl-devel] | [curl]
test     | file /usr/sbin/nginx          | [nginx] | [nginx] | [nginx]
test     | cmd openssl                   | [openssl] | [openssl] | [openssl]
mqtt     | pc libmosquitto               | libmosquitto-dev | mosquitto-devel | mosquitto
upload   | pc libcurl                    | libcurl4-openssl-dev | libcurl-devel | curl
farm     | pc json-glib-1.0              | libjson-glib-dev | json-glib-devel | json-glib
farm     | pc libcurl                    | libcurl4-openssl-dev | libcurl-devel | curl
test     | cmd ffmpeg                    | [ffmpeg] | [ffmpeg-free] | [ffmpeg]
rtsp     | pc gstreamer-rtsp-server-1.0  | libgstrtspserver-1.0-dev | gstreamer1-rtsp-server-devel | gst-rtsp-server
rtsp     | gst rtpjpegpay                | gstreamer1.0-plugins-good | gstreamer1-plugins-good | gst-plugins-good
grab.py  | gir Gst                       | python3-gi gir1.2-gstreamer-1.0 | python3-gobject | python-gobject
grab.py  | gir-overrides Gst             | [python3-gst-1.0] | [python3-gstreamer1] | [gst-python]
grab.py  | py cv2                        | [python3-opencv] | [python3-opencv] | [python-opencv]
grab.py  | py PIL                        | [python3-pil] | [python3-pillow] | [python-pillow]
viewer   | pc libsoup-3.0               | libsoup-3.0-dev | libsoup3-devel | libsoup3
test     | pc libsoup-3.0               | [libsoup-3.0-dev] | [libsoup3-devel] | [libsoup3]
test     | cmd chromium chromedriver     | [chromium] [chromium-driver] | [chromium] [chromedriver] | [chromium]
test     | py selenium                   | [python3-selenium] | [python3-selenium] | [python-selenium]
asan     | lib asan ubsan                | gcc | libasan libubsan | gcc
tsan     | lib tsan                      | gcc | libtsan | gcc
valgrind | cmd valgrind                  | valgrind libc6-dbg | valgrind | valgrind
cross    | cmd aarch64-linux-gnu-gcc     | [gcc-aarch64-linux-gnu] | |
cross    | file /usr/aarch64-linux-gnu/lib/Scrt1.o | [libc6-dev-arm64-cross] | |
cross    | cmd i686-linux-gnu-gcc        | [gcc-i686-linux-gnu] | |
cross    | file /usr/i686-linux-gnu/lib/Scrt1.o | [libc6-dev-i386-cross] | |
cross    | cmd s390x-linux-gnu-gcc       | [gcc-s390x-linux-gnu] | |
cross    | file /usr/s390x-linux-gnu/lib/Scrt1.o | [libc6-dev-s390x-cross] | |
cross    | cmd qemu-aarch64 qemu-i386 qemu-s390x | [qemu-user] | |
cross    | cmd x86_64-w64-mingw32-gcc    | [gcc-mingw-w64-x86-64] | |
cross    | file /usr/x86_64-w64-mingw32/include/zlib.h | [libz-mingw-w64-dev] | |
ci       | cmd clang                     | clang | clang | clang
ci       | fuzzer clang                  | libclang-rt-dev | compiler-rt | compiler-rt
ci       | cmd clang-format              | clang-format | clang-tools-extra | clang
ci       | cmd clang-tidy                | clang-tidy | clang-tools-extra | clang
ci       | cmd nm                        | binutils | binutils | binutils
test     | cmd man                       | [man-db] | [man-db] | [man-db]
packages | cmd dpkg-buildpackage         | [dpkg-dev] | |
packages | cmd dh fakeroot               | [debhelper] [fakeroot] | |
packages | cmd lintian                   | [lintian] | |
engines  | cmd dask-scheduler            | [python3-distributed] | |
engines  | file /usr/sbin/slurmctld      | [slurm-wlm] | |
roots    | cmd debootstrap               | [debootstrap] | |
'

# dependency_there KIND NAME...
dependency_there () {
  local kind=$1 name
  shift
  for name in "$@"; do
    case $kind in
      cmd) command -v "$name" ;;
      pc) pkg-config --exists "$name" ;;
      since) # VERSION NAME: GStreamer has it since then
        ! pkg-config --atleast-version="$1" gstreamer-1.0 || pkg-config --exists "$2"
        ;;
      gst) gst-inspect-1.0 --exists "$name" ;;
      py) "$python" -c "import $name" ;;
      gir) "$python" -c "import gi; gi.require_version('$name', '1.0')" ;;
      gir-overrides)
        "$python" -c "import gi; gi.require_version('$name', '1.0')
from gi.repository import $name
import gi.overrides._gi_gst"
        ;;
      lib) [ -e "$(cc -print-file-name="lib$name.so")" ] ;;
      file) [ -e "$name" ] ;;
      fuzzer)
        printf 'int LLVMFuzzerTestOneInput (void *a, unsigned long b) { return !a + !b; }' \
          | "$name" -x c -fsanitize=fuzzer -o /dev/null -
        ;;
    esac >/dev/null 2>&1 </dev/null || return 1
  done
}

# 3, 4 or 5: the column of this distribution in the list above.
package_column () {
  if command -v apt-get >/dev/null; then echo 3
  elif command -v dnf >/dev/null; then echo 4
  elif command -v pacman >/dev/null; then echo 5
  else echo 0
  fi
}

# packages_missing GROUP...: their names, one in a line.
packages_missing () {
  local column group what probe packages line
  column=$(package_column)
  while IFS= read -r line; do
    IFS='|' read -r group what _ <<<"$line"
    group=${group// /}
    case " $* " in *" $group "*) ;; *) continue ;; esac
    read -ra probe <<<"$what"
    dependency_there "${probe[@]}" && continue
    if [ "$column" = 0 ]; then
      printf '%s\n' "${probe[@]:1}"
    else
      packages=$(cut -d'|' -f"$column" <<<"$line")
      printf '%s\n' $packages
    fi
  done < <(sed '/^$/d' <<<"$dependencies") | awk 'NF && !seen[$0]++'
}

as_root () {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then
    # It asks for the password on the terminal, wherever stdin comes from.
    if [ -z "${CI:-}" ] && { : </dev/tty; } 2>/dev/null; then sudo "$@"; else sudo -n "$@"; fi
  else
    return 1
  fi
}

# Says nothing unless it fails.
packages_add () {
  local log status
  log=$(mktemp)
  packages_add_aloud "$@" >"$log" 2>&1 &
  packages_watch "$log" $! >&2
  wait $!
  status=$?
  [ "$status" = 0 ] || say "$(cat "$log")"
  rm -f "$log"
  return "$status"
}

# packages_watch LOG PROCESS: how far it is, in one line on a terminal, else a line
# each half minute.
packages_watch () {
  local start=$SECONDS pause=30 end='\n' shown=0
  if [ -t 2 ]; then pause=1 end='\r'; fi
  while kill -0 "$2" 2>/dev/null; do
    sleep 1
    [ $((SECONDS - start - shown)) -ge "$pause" ] || continue
    shown=$((SECONDS - start))
    printf "  %d s: %d packages unpacked, %d set up$end" "$shown" \
      "$(grep -c '^Unpacking' "$1")" "$(grep -c '^Setting up' "$1")"
  done
  if [ -t 2 ] && [ "$shown" -gt 0 ]; then printf '\n'; fi
}

# Servers that tests start for themselves are not to run besides: Debian starts
# what it installs, unless a policy says otherwise.
without_services='
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod 755 "$policy"
  trap "rm -f $policy" EXIT
fi
"$@"
'

packages_add_aloud () {
  case $(package_column) in
    3) as_root env DEBIAN_FRONTEND=noninteractive sh -c "$without_services" - \
        apt-get install -y -q --no-install-recommends "$@" ;;
    4) as_root dnf install -y -q "$@" ;;
    5) as_root pacman -S --needed --noconfirm "$@" ;;
  esac </dev/null
}

# packages_install GROUP...: quiet, and without root, where all is there.
packages_install () {
  local missing needed optional package
  missing=$(packages_missing "$@")
  [ -n "$missing" ] || return 0
  needed=$(grep -v '^\[' <<<"$missing")
  optional=$(sed -n 's/^\[\(.*\)\]$/\1/p' <<<"$missing")
  if [ "${IMBYTES_NO_INSTALL:-0}" = 1 ]; then
    say "not installed, as IMBYTES_NO_INSTALL=1 says:" $needed $optional
    return 0
  fi
  [ "$(package_column)" != 0 ] \
    || die "no apt-get, dnf or pacman here; please install:" $needed $optional
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null \
    || die "neither root nor sudo; please install:" $needed $optional
  say "installing, which can take minutes:" $needed $optional
  [ "$(package_column)" != 3 ] || as_root apt-get update -q </dev/null >/dev/null 2>&1 \
    || say "apt-get update failed; going on with the lists there are"
  # shellcheck disable=SC2086
  [ -z "$needed" ] || packages_add $needed \
    || die "could not install:" $needed
  for package in $optional; do
    packages_add "$package" \
      || say "could not install $package; something will be skipped"
  done
  hash -r
  packages_are_new=1
}

# build FOLDER MESON-OPTION...: sets up once, and again when packages have come,
# which it may not have found before; else only compiles.
build () {
  local dir=$1 log=$1/compile.log
  shift
  mkdir -p "$dir"
  : >"$log"
  if [ -n "${packages_are_new:-}" ] \
      || [ "$(cat "$dir/options" 2>/dev/null)" != "$*" ] \
      || [ ! -e "$dir/build.ninja" ]; then
    rm -rf "$dir"/meson-* "$dir/build.ninja"
    meson setup "$dir" "$root" "$@" >>"$log" 2>&1 </dev/null
  fi && printf '%s' "$*" >"$dir/options" \
    && meson compile -C "$dir" >>"$log" 2>&1 </dev/null && return 0
  rm -f "$dir/options"
  grep -E 'error|ERROR|warning:' "$log" | head -40
  say "the build failed; all of it is in $log"
  return 1
}
