"""The picture of bench/suite.py's results: for each application, bars of import + first call of three variants."""

from html import escape

import starts

BARS = ((starts.NO_PYC, "#c9c9c9"), (starts.PYC, "#6f8fae"), (starts.REWRITTEN, "#d1642f"))
LEFT, RIGHT, TOP, BAR, GAP, WIDTH = 190, 70, 56, 9, 10, 900


def draw(document):
    """An SVG document. Milliseconds on a linear scale; the whiskers are the quartiles."""
    apps = document["apps"]
    longest = max(app["variants"][kind]["total_ms"][2] for app in apps for kind, _ in BARS)
    step = len(BARS) * BAR + GAP
    height = TOP + step * len(apps) + 30
    scale = (WIDTH - LEFT - RIGHT) / longest
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<text x="10" y="18" font-size="14">Cold start: import + first call, ms (median, quartiles)</text>',
    ]
    for number, (kind, colour) in enumerate(BARS):
        x = LEFT + number * 170
        parts.append(f'<rect x="{x}" y="30" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="39">{escape(kind)}</text>')
    for row, app in enumerate(apps):
        y = TOP + row * step
        parts.append(f'<text x="{LEFT - 8}" y="{y + 18}" text-anchor="end">{escape(app["name"])}</text>')
        for number, (kind, colour) in enumerate(BARS):
            low, middle, high = app["variants"][kind]["total_ms"]
            top = y + number * BAR
            parts.append(
                f'<rect x="{LEFT}" y="{top}" width="{middle * scale:.1f}" height="{BAR - 1}" fill="{colour}"/>'
                f'<path d="M{LEFT + low * scale:.1f} {top + 4}H{LEFT + high * scale:.1f}" stroke="#222"/>'
                f'<text x="{LEFT + high * scale + 5:.1f}" y="{top + 8}" font-size="9">{middle:.0f}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"
