#!/usr/bin/env python3
"""Gives every country and continent in `countries.gaz` the point of its own record in GeoNames: one rule for all.

    gazetteer/country_points.py                   # applies country_points.tsv
    gazetteer/country_points.py allCountries.txt  # makes country_points.tsv anew from a GeoNames dump first

A dump's countries are its records of feature class A with one of the codes in COUNTRY_CODES; the first of a country code
wins in that order. Its continents are the records in CONTINENTS. What the table lacks keeps the point of its line. Standard
library only.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE / "country_points.tsv"
COUNTRIES = HERE.parent / "src" / "gazetteer" / "builtin" / "countries.gaz"
COUNTRY_CODES = ("PCLI", "PCL", "PCLF", "PCLD", "PCLS", "PCLIX", "TERR")
CONTINENTS = {
    "6255146": "region/africa",
    "6255147": "region/asia",
    "6255148": "region/europe",
    "6255149": "region/north-america",
    "6255151": "region/oceania",
    "6255150": "region/south-america",
}
HEADER = """\
# Points of the own records of countries and continents in GeoNames (geonames.org, CC BY 4.0): ISO code or the id of a
# continent in countries.gaz, latitude, longitude in degrees.
"""


def read_dump(lines):
    """Code or id -> (latitude, longitude) of the records of a GeoNames dump."""
    found = {}
    for line in lines:
        fields = line.rstrip("\n").split("\t")
        if len(fields) > 8 and fields[6] == "A" and fields[7] in COUNTRY_CODES:
            rank = COUNTRY_CODES.index(fields[7])
            if fields[8] not in found or rank < found[fields[8]][0]:
                found[fields[8]] = (rank, fields[4], fields[5])
        elif len(fields) > 8 and fields[0] in CONTINENTS:
            found[CONTINENTS[fields[0]]] = (0, fields[4], fields[5])
    return {code: (lat, lon) for code, (_, lat, lon) in found.items()}


def read_table(text):
    """Code or id -> (latitude, longitude), as written."""
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {code: (lat, lon) for code, lat, lon in rows}


def apply(text, points):
    """The lines of a layer with the points of its countries and continents."""
    lines = []
    for line in text.splitlines():
        code = re.search(r" cc=([A-Z]{2})\b", line)
        country = code[1] if "place.country " in line and code else None
        point = points.get(country) or points.get(line.split(" ")[0])
        if point:
            lat, lon = (f"{float(number):.3f}" for number in point)
            line = re.sub(r"lat=\S+", f"lat={lat}", line)
            line = re.sub(r"lon=\S+", f"lon={lon}", line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) > 1:
        with open(sys.argv[1], encoding="utf-8") as dump:
            points = read_dump(dump)
        rows = (f"{code}\t{lat}\t{lon}\n" for code, (lat, lon) in sorted(points.items()))
        TABLE.write_text(HEADER + "".join(rows), encoding="utf-8")
    points = read_table(TABLE.read_text(encoding="utf-8"))
    COUNTRIES.write_text(apply(COUNTRIES.read_text(encoding="utf-8"), points), encoding="utf-8")


if __name__ == "__main__":
    main()
