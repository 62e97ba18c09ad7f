#!/bin/bash
# All vectors of the CCTV age test kit (npm package cctv-age) through the real command.
set -u
tests/npm/install || { echo "1..1"; echo "not ok 1 - npm packages could not be installed"; exit 1; }
exec node tests/npm/age_vectors.mjs "$PWD/$BUILD/handover"
