"""Reads a shop's catalogue, page by page, and answers with its products."""

import asyncio
import os
import re
from decimal import Decimal

import httpx
from bs4 import BeautifulSoup

BASE = os.environ["SITE_URL"]


def products(soup):
    for item in soup.select("li.product"):
        price = re.sub(r"[^\d.]", "", item.find("span", class_="price").get_text())
        yield {"sku": item["data-sku"], "name": item.a.get_text(strip=True), "price": str(Decimal(price))}


def read(path, pages):
    found = []
    with httpx.Client(base_url=BASE, timeout=10) as client:
        url = httpx.URL(BASE).join(path)
        while url and pages > 0:
            response = client.get(url)
            response.raise_for_status()
            soup = BeautifulSoup(response.text, "html.parser")
            found += products(soup)
            more = soup.find("a", rel="next")
            url, pages = (url.join(more["href"]) if more else None), pages - 1
    return found


async def titles(paths):
    async with httpx.AsyncClient(base_url=BASE, timeout=10, follow_redirects=True) as client:
        pages = await asyncio.gather(*(client.get(path) for path in paths))
    found = [BeautifulSoup(page.content, "html.parser").title for page in pages]
    return [title and title.get_text(" ", strip=True) for title in found]


def handler(event, context):
    if "titles" in event:
        return {"titles": asyncio.run(titles(event["titles"]))}
    try:
        return {"products": read(event["catalogue"], event.get("pages", 10))}
    except httpx.HTTPStatusError as error:
        raise LookupError(f"the shop answered {error.response.status_code}") from error
