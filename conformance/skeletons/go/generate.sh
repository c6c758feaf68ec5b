#!/bin/sh
# Makes gen/ from the contracts: generate.sh <folder that `npx buf export proto -o folder` made>
set -eu
protos=$(cd "$1" && pwd)
cd "$(dirname "$0")"
rm -rf gen
mkdir gen
printf 'module malla.dev/go\n\ngo 1.26\n' > gen/go.mod
buf generate "$protos" --path "$protos/malla/kyc" --path "$protos/malla/vendor" --path "$protos/malla/customers" \
  --path "$protos/malla/options" --path "$protos/malla/type"
