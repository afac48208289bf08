"""Sums the event's sales by shop and by month."""

import pandas as pd


def handler(event, context):
    frame = pd.DataFrame(event["sales"])
    frame["day"] = pd.to_datetime(frame["day"])
    by_shop = frame.groupby("shop")["amount"].agg(["sum", "max"])
    by_month = frame.set_index("day")["amount"].resample("MS").sum()
    return {
        "rows": len(frame),
        "shops": by_shop.to_dict("index"),
        "months": {day.strftime("%Y-%m"): amount for day, amount in by_month.items()},
    }
