"""Croissant 1.1: the dataset described in JSON-LD (http://mlcommons.org/croissant/1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.export.manifest import FileEntry
from workbench.export.parquet import COLUMNS

__all__ = ["make_croissant"]

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_TYPES = {"text": "sc:Text", "texts": "sc:Text", "integer": "sc:Integer"}
"""Columns of other kinds are described by the table's own schema."""
# The registered type is application/vnd.apache.parquet; mlcroissant 1.1 reads tables only by this older name.
_FORMATS = {".parquet": "application/x-parquet", ".jsonl": "application/jsonlines"}


def make_croissant(
    head: Mapping[str, Any], files: Mapping[str, FileEntry], tables: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Return croissant.json; ``tables`` are the paths of each split's tables, ``files`` has their digests.

    A split of several tables is described as a record set for each.

    A date of publication is given only when ``head`` has one (``published``): nothing here may depend on the clock.
    """
    listed = [path for path in sorted(files) if path.startswith(("data/", "items/"))]
    described: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": str(head["name"]),
        "description": str(head.get("description") or head["name"]),
        "license": str(head.get("licence") or "not stated"),
        "version": str(head.get("version", "1.0.0")),
        "inLanguage": list(head.get("languages", ())),
        "keywords": ["reasoning", "proofs", "curriculum", *([str(head["domain"])] if head.get("domain") else ())],
        "isLiveDataset": False,
        "distribution": [_describe_file(path, files[path]) for path in listed],
        "recordSet": [
            _describe_table(split if len(paths) == 1 else f"{split}-{number:05d}", split, path)
            for split, paths in tables.items()
            for number, path in enumerate(paths)
        ],
    }
    for key, name in (("url", "url"), ("published", "datePublished"), ("creator", "creator"), ("cite", "citeAs")):
        if head.get(key):
            described[name] = head[key]
    return described


def _describe_file(path: str, entry: FileEntry) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{entry.size} B",
        "encodingFormat": _FORMATS[path[path.rindex(".") :]],
        "sha256": entry.sha256,
    }


def _describe_table(name: str, split: str, path: str) -> dict[str, Any]:
    fields = []
    for column, (kind, text) in COLUMNS.items():
        if kind not in _TYPES:
            continue
        field: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"{name}/{column}",
            "name": column,
            "description": text,
            "dataType": _TYPES[kind],
            "source": {"fileObject": {"@id": path}, "extract": {"column": column}},
        }
        if kind == "texts":
            field |= {"isArray": True, "arrayShape": "-1"}
        fields.append(field)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": f"The items of the split {split}.",
        "key": {"@id": f"{name}/id"},
        "field": fields,
    }
