"""Answers with a random user that it asks a JSON service for.

Google's template imports Flask for the type of the request that its handlers get. Called with a plain event, as here,
nothing of Flask is ever used; that is what makes this function's cold start worth looking at.
"""

import os

import flask
import requests


def getUserDetails(event, context=None):
    wanted = event if isinstance(event, dict) else read_request(event)
    query = {key: str(wanted[key]) for key in ("id", "nationality", "seed") if key in wanted}
    response = requests.get(os.environ["RANDOM_USER_URL"], params=query, timeout=10)
    response.raise_for_status()
    user = response.json()["results"][0]
    return {
        "name": " ".join((user["name"]["title"], user["name"]["first"], user["name"]["last"])),
        "email": user["email"],
        "city": user["location"]["city"],
        "nationality": user["nat"],
    }


def read_request(request):
    """The query of an HTTP request, for the trigger that passes one."""
    if not isinstance(request, flask.Request):
        raise TypeError(f"neither an event nor a request: {type(request).__name__}")
    return request.args.to_dict()
