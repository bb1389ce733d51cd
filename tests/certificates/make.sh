#!/bin/sh
# Makes the certificates of the tests anew. They protect nothing, so their keys stand beside them; they expire in a hundred years.
set -eu
cd "$(dirname "$0")"

# authority NAME: makes NAME.pem, which signs others. Its key is thrown away in the end.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj "/CN=$1" \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$1.tmp" -out "$1.pem"
}
# certificate NAME AUTHORITY SUBJECT-ALTERNATIVE-NAMES
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -addext "subjectAltName=$3" \
    -addext extendedKeyUsage=serverAuth,clientAuth -keyout "$1.key" -out request.tmp
  openssl x509 -req -in request.tmp -CA "$2.pem" -CAkey "$2.tmp" -days 36500 -copy_extensions copy -out "$1.pem"
}
here=DNS:localhost,IP:127.0.0.1,IP:::1
authority authority
authority other-authority
certificate service authority "$here"
certificate renewed authority "$here"
certificate elsewhere authority DNS:elsewhere.example
certificate stranger other-authority "$here"
rm -f ./*.tmp ./*.srl
