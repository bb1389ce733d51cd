#!/usr/bin/env bash
# Makes the two images that the Dockerfile begins with, where no registry can be reached: localhost/souk-build (Debian 12 with Node and npm)
# and localhost/souk-base (the least that Node needs). Needs root, debootstrap, buildah, and an install of the shop, whose Node it takes.
# Usage: build-base.sh FOLDER; STORE: options of buildah, such as "--root R --runroot RR --storage-driver overlay".
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath -m "${1:?Usage: build-base.sh FOLDER}")
read -ra store <<< "${STORE:-}"
rootfs=$folder/rootfs
if ! compgen -G 'node_modules/node-linux-*/bin/node' > /dev/null; then
  echo "The shop is not installed here, and its Node becomes that of the base: npm ci --omit=dev" >&2
  exit 1
fi
mkdir -p "$folder"

if [ ! -e "$rootfs/complete" ]; then
  rm -rf "$rootfs"
  debootstrap --variant=minbase --include=ca-certificates,libatomic1,libstdc++6 bookworm "$rootfs"
  rm -rf "$rootfs"/var/cache/apt/* "$rootfs"/var/lib/apt/lists/*
  touch "$rootfs/complete"
fi
install -D -m 755 node_modules/node-linux-*/bin/node "$rootfs/usr/local/bin/node"
mkdir -p "$rootfs/usr/local/lib/node_modules"
rm -rf "$rootfs/usr/local/lib/node_modules/npm"
cp -r "$(dirname "$(dirname "$(realpath "$(command -v npm)")")")" "$rootfs/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$rootfs/usr/local/bin/npm"
# The install trusts what this machine trusts.
cp -L /etc/ssl/certs/ca-certificates.crt "$rootfs/etc/ssl/certs/ca-certificates.crt"

# The files of these packages, at their places in a merged /usr.
base=$folder/base
rm -rf "$base"
mkdir -p "$base"/{etc/ssl/certs,tmp,usr/bin,usr/lib,usr/lib64,usr/sbin,var/lib/dpkg/status.d}
chmod 1777 "$base/tmp"
for name in bin lib lib64 sbin; do ln -s "usr/$name" "$base/$name"; done
packages=(libc6 libgcc-s1 libstdc++6 tzdata netbase)
for package in "${packages[@]}"; do
  [ -e "$rootfs/var/lib/dpkg/info/$package.list" ] || [ -n "$(compgen -G "$rootfs/var/lib/dpkg/info/$package:*.list")" ] || continue
  dpkg --root="$rootfs" --status "$package" > "$base/var/lib/dpkg/status.d/$package"
  dpkg --root="$rootfs" --listfiles "$package" | sed -E 's#^/(bin|lib|lib64|sbin)/#/usr/\1/#' | while read -r path; do
    if [ -d "$rootfs$path" ] && [ ! -L "$rootfs$path" ]; then mkdir -p "$base$path"; elif [ -e "$rootfs$path" ]; then cp -a "$rootfs$path" "$base$path"; fi
  done
done
rm -rf "$base"/usr/share/{doc,man,locale,lintian} "$base"/usr/bin/* "$base"/usr/sbin/*
cp "$rootfs/etc/ssl/certs/ca-certificates.crt" "$base/etc/ssl/certs/"
cp "$rootfs/usr/lib/os-release" "$base/usr/lib/" && ln -s ../usr/lib/os-release "$base/etc/os-release"

make() {
  local name=$1 from=$2 line=$3
  tar -C "$from" -cf "$folder/$name.tar" .
  printf 'FROM scratch\nADD %s.tar /\n%s\n' "$name" "$line" > "$folder/Dockerfile.$name"
  buildah "${store[@]}" bud --isolation chroot -q -f "$folder/Dockerfile.$name" -t "localhost/souk-$name:local" "$folder"
  rm "$folder/$name.tar"
}
printf '%s\n' '*' '!build.tar' '!base.tar' > "$folder/.dockerignore"
make build "$rootfs" 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'
make base "$base" 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'
