#!/bin/sh
# Makes gen/ from the contracts, with the Python of $PYTHON (default python3), which has requirements.txt installed:
# generate.sh <folder that `npx buf export proto -o folder` made>
set -eu
protos=$(cd "$1" && pwd)
cd "$(dirname "$0")"
rm -rf gen
mkdir gen
(cd "$protos" && find buf/validate malla/kyc malla/vendor malla/customers malla/options malla/type -name '*.proto') |
  xargs "${PYTHON:-python3}" -m grpc_tools.protoc -I "$protos" --python_out=gen --grpc_python_out=gen
