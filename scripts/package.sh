#!/usr/bin/env bash
# Makes the Debian package of the desktop app and the terminal program from a release build, and prints its path as the last
# line. BURSAR_MAINTAINER ("Name <address>") is the publisher. Fetches nothing but the locked dependencies of cargo and npm,
# and installs nothing. The same commit and compiler make the same package, byte for byte.
# usage: scripts/package.sh [--from DIR (programs that are already built)] [--to DIR (default: target/package)] [--large]
# --large: neither stripped nor compressed, for a package that is only tried out.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
readonly root
readonly id=org.bursar.desktop
# The package's maintainer. Publishers set their own name and address here or in the environment. The default address leads
# nowhere on purpose, so that no mail about money goes to a stranger.
readonly maintainer="${BURSAR_MAINTAINER:-The Bursar authors <maintainer@bursar.invalid>}"
from="" to="$root/target/package" large=""
while [ $# -gt 0 ]; do
  case "$1" in
    --from) from="$(cd "$2" && pwd)" && shift 2 ;;
    --to) mkdir -p "$2" && to="$(cd "$2" && pwd)" && shift 2 ;;
    --large) large=yes && shift ;;
    *)
      echo "usage: scripts/package.sh [--from DIR] [--to DIR] [--large]" >&2
      exit 2
      ;;
  esac
done
cd "$root"

main() {
  command -v dpkg-deb >/dev/null || stop "dpkg-deb is needed: a Debian package is made on Debian or Ubuntu"
  if [ -z "$from" ]; then
    scripts/setup.sh run
    scripts/build.sh --release
    from="$root/target/release"
  fi
  version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)"
  architecture="$(dpkg --print-architecture)"
  SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
  export SOURCE_DATE_EPOCH
  tree="$(mktemp -d)"
  trap 'rm -rf -- "$tree"' EXIT
  umask 022
  chmod 755 "$tree"
  put_programs
  put_data
  put_control
  mkdir -p "$to"
  local package="$to/bursar_${version}_$architecture.deb"
  # The programs share most of their code, and the largest dictionary finds it again in the second one.
  local -a compression=(-Zxz -z9)
  [ -z "$large" ] || compression=(-Znone)
  dpkg-deb --root-owner-group "${compression[@]}" --build "$tree" "$package" >/dev/null
  echo "$package"
}

put_programs() {
  local program
  for program in bursar-desktop bursar; do
    install -D -m 755 "$from/$program" "$tree/usr/bin/$program"
    [ -n "$large" ] || strip --strip-unneeded "$tree/usr/bin/$program"
  done
}

put_data() {
  local size share="$tree/usr/share" date
  date="$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)"
  install -D -m 644 scripts/package/$id.desktop "$share/applications/$id.desktop"
  mkdir -p "$share/metainfo"
  sed "s/@VERSION@/$version/; s/@DATE@/$date/" scripts/package/$id.metainfo.xml >"$share/metainfo/$id.metainfo.xml"
  for size in 32 48 64 128 256 512; do
    install -D -m 644 icons/$size.png "$share/icons/hicolor/${size}x$size/apps/$id.png"
  done
  install -D -m 644 icons/bursar.svg "$share/icons/hicolor/scalable/apps/$id.svg"
  put_documents "$share" "$date"
}

# Manual pages, changelog and copyright, as Debian's policy requires them.
put_documents() {
  local share=$1 date=$2 program
  mkdir -p "$share/man/man1" "$share/doc/bursar"
  for program in bursar-desktop bursar; do
    scripts/package/manual.mjs "$from/$program" "$version" "$date" | compressed >"$share/man/man1/$program.1.gz"
  done
  filled <scripts/package/changelog | compressed >"$share/doc/bursar/changelog.gz"
  filled <scripts/package/copyright >"$share/doc/bursar/copyright"
}

# Without the file's name and time, so that the output is always the same.
compressed() {
  gzip -9 --no-name
}

# Fills in a template.
filled() {
  local text
  text="$(cat)"
  text="${text//@MAINTAINER@/"$maintainer"}"
  text="${text//@VERSION@/"$version"}"
  text="${text//@DATE@/"$(LC_ALL=C date --utc --date="@$SOURCE_DATE_EPOCH" -R)"}"
  text="${text//@MIT@/"$(license_paragraph LICENSE-MIT)"}"
  printf '%s\n' "$text"
}

# A license's text without its title and its copyright line, indented like the further lines of a field.
license_paragraph() {
  sed -e '1,/^Copyright/d' "$1" | sed -e '/./,$!d' -e 's/^$/./' -e 's/^/ /'
}

put_control() {
  mkdir -p "$tree/DEBIAN"
  cat >"$tree/DEBIAN/control" <<EOF
Package: bursar
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Section: utils
Priority: optional
Installed-Size: $(du -sk --apparent-size "$tree/usr" | cut -f1)
Depends: $(needed)
Recommends: gnome-keyring | kwalletmanager | keepassxc, desktop-file-utils, xdg-utils
Description: see and top up prepaid cloud balances
 Bursar shows in the tray how much is left of your prepaid cloud balance and how
 long it lasts. You top up on the provider's own payment page in your browser,
 and Bursar notifies you once the money has arrived. Your payments stay
 available offline.
EOF
  (cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

# The packages with the libraries that the programs are linked with.
needed() {
  if ! command -v dpkg-shlibdeps >/dev/null; then
    echo 'libc6, libgtk-3-0t64 | libgtk-3-0, libwebkit2gtk-4.1-0'
    return
  fi
  local scratch
  scratch="$(mktemp -d)"
  mkdir "$scratch/debian"
  printf 'Source: bursar\n\nPackage: bursar\nArchitecture: any\n' >"$scratch/debian/control"
  (cd "$scratch" && dpkg-shlibdeps -O "$tree/usr/bin/bursar-desktop" "$tree/usr/bin/bursar" 2>/dev/null) |
    sed -n 's/^shlibs:Depends=//p'
  rm -rf -- "$scratch"
}

stop() {
  printf '%s\n' "$1" >&2
  exit 2
}

main
