"""A small web site on the loopback interface, for functions that fetch pages and pictures: the same answers every time.

`python site.py` prints one line, SITE_URL=http://127.0.0.1:PORT, once it listens, and serves until it is ended.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

from loopback import serve

FILES = Path(__file__).resolve().parent / "files"
HTML = "text/html; charset=utf-8"

ARTICLE = """<!doctype html><html lang="en"><head><title>  Why cold starts
 are slow </title><meta name="description" content="Imports, mostly."></head><body><h1>Why cold starts are slow</h1>
<p>Most of it is <a href="/pages/recipe.html">imports</a>.</p></body></html>"""
RECIPE = """<html><head><meta charset="utf-8"><title>Käsespätzle &amp; Röstzwiebeln</title></head>\
<body><h1>Käsespätzle</h1><ul>
<li>400 g Mehl</li><li>4 Eier</li><li>250 g Bergkäse</li></ul></body></html>"""
UNTITLED = "<html><body><p>Nothing <b>here</p></body>"
ACCENTS = "<html><head><title>Prix\xa0: 5 € – déjà vu</title></head><body></body></html>"


def catalogue(items, more):
    """A page of products; `more` is the link to the next one."""
    rows = "".join(
        f'<li class="product" data-sku="{sku}"><a href="/products/{sku}">{name}</a> '
        f'<span class="price">{price}</span>{"<em>sold out</em>" if out else ""}</li>'
        for sku, name, price, out in items
    )
    link = f'<a rel="next" href="{more}">next</a>' if more else ""
    return f"<!doctype html><html><head><title>Catalogue</title></head><body><ul>{rows}</ul>{link}</body></html>"


PAGES = {
    "/pages/article.html": (ARTICLE.encode(), HTML),
    "/pages/recipe.html": (RECIPE.encode(), HTML),
    "/pages/untitled.html": (UNTITLED.encode(), HTML),
    "/pages/accents.html": (ACCENTS.encode("windows-1252"), "text/html; charset=windows-1252"),
    "/pages/catalogue.html": (
        catalogue(
            [("p1", "Pencil", "€ 0.80", 0), ("p2", "Ink, blue", "€ 7.25", 0), ("p3", "Pad", "€ 3.00", 1)],
            "catalogue-2.html",
        ).encode(),
        HTML,
    ),
    "/pages/catalogue-2.html": (catalogue([("p4", "Clip", "€ 0.10", 0)], "").encode(), HTML),
    "/data/rates.json": (json.dumps({"base": "EUR", "rates": {"CHF": 0.94, "GBP": 0.84}}).encode(), "application/json"),
}
PICTURES = {"/images/grey.jpg": "grey.jpg", "/images/colour.jpg": "colour.jpg"}


def answer(url):
    """(status, headers, body) for a path; a query changes nothing."""
    path = urlsplit(url).path
    if path in PAGES:
        body, kind = PAGES[path]
        return 200, {"Content-Type": kind}, body
    if path in PICTURES:
        return 200, {"Content-Type": "image/jpeg"}, (FILES / PICTURES[path]).read_bytes()
    if path == "/pages/old.html":
        return 302, {"Location": "/pages/article.html"}, b""
    if path == "/status/500":
        return 500, {"Content-Type": "text/plain"}, b"it broke"
    return 404, {"Content-Type": "text/plain"}, b"no such page"


if __name__ == "__main__":
    serve("SITE_URL", "", answer)
