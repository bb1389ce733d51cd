#!/usr/bin/env bash
# Writes the bill of materials of an image (CycloneDX, JSON): everything that syft finds in its layers, from Debian and from npm.
# Usage: sbom.sh FOLDER FILE; FOLDER: the image as an OCI layout, as `buildah push IMAGE oci:FOLDER` writes it.
set -euo pipefail
folder=${1:?Usage: sbom.sh FOLDER FILE}
file=${2:?Usage: sbom.sh FOLDER FILE}
SYFT_CHECK_FOR_APP_UPDATE=false syft scan "oci-dir:$folder" --output "cyclonedx-json=$file"
