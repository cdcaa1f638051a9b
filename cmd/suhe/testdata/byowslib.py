"""Asks a node for features as OWSLib does, and says what came as JSON."""
import json
import sys

from owslib.ogcapi.features import Features

name, value = sys.argv[2].split(": ", 1)
api = Features(sys.argv[1], headers={name: value})
items = api.collection_items("sensors", limit=5, bbox=[121.40, 31.22, 121.46, 31.28], filter="class = 'sensor.rain'")
first = items["features"][0]["id"]
json.dump({
    "openapi": api.api()["openapi"],
    "classes": len(api.conformance()["conformsTo"]),
    "collections": api.feature_collections(),
    "title": api.collection("sensors")["title"],
    "queryables": sorted(api.collection_queryables("sensors")["properties"]),
    "matched": items["numberMatched"],
    "returned": len(items["features"]),
    "same": api.collection_item("sensors", first)["id"] == first,
}, sys.stdout)
