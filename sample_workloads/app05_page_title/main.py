"""Fetches a page and reads its title."""

import os
from urllib.parse import urljoin

import requests
from lxml import etree, html


def title_of(content, base):
    """The page's title, its white space collapsed; None if there is none."""
    document = html.fromstring(content, base_url=base)
    found = document.findtext(".//title")
    return " ".join(found.split()) if found else None


def handler(event, context):
    url = urljoin(os.environ["SITE_URL"], event["url"])
    response = requests.get(url, timeout=10, headers={"User-Agent": "title-reader/1"})
    if event.get("source"):
        tree = html.fromstring(response.content)
        return {"status": response.status_code, "source": etree.tostring(tree, method="xml").decode()}
    if response.status_code != 200:
        raise RuntimeError(f"the page answered {response.status_code}")
    return {"title": title_of(response.content, response.url), "redirected": bool(response.history)}
