"""The JSON service that the function asks: a few random users on the loopback interface, the same ones every time.

Run it as `python service.py`: it prints one line, RANDOM_USER_URL=http://127.0.0.1:PORT/, and serves until it is ended.
`?seed=TEXT` and `?nationality=XX` choose the user, `?id=N` (0 to 99) names one; an unknown id or nationality is a 404.
"""

import json
import pathlib
import random
import sys
from urllib.parse import parse_qs, urlsplit

FIRST = ["Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "Hedy", "John", "Katherine", "Niklaus"]
LAST = ["Allen", "Backus", "Dijkstra", "Hopper", "Johnson", "Lamarr", "Liskov", "Lovelace", "Turing", "Wirth"]
CITIES = {"ch": ["Basel", "Bern"], "de": ["Kiel", "Ulm"], "fr": ["Brest", "Lyon"], "gb": ["Bath", "Leeds"]}


def make_user(seed, nationality=None):
    """The user of a seed: equal seeds give equal users."""
    pick = random.Random(seed)
    nationality = nationality or pick.choice(sorted(CITIES))
    first, last = pick.choice(FIRST), pick.choice(LAST)
    return {
        "name": {"title": pick.choice(["Ms", "Mr", "Dr"]), "first": first, "last": last},
        "email": f"{first}.{last}@example.com".lower(),
        "location": {"city": pick.choice(CITIES[nationality]), "postcode": pick.randrange(10000, 99999)},
        "login": {"uuid": f"{pick.getrandbits(128):032x}"},
        "nat": nationality,
    }


def answer(query):
    """Status and body for the parameters of a request."""
    if "id" in query:
        if not (query["id"].isascii() and query["id"].isdigit() and int(query["id"]) < 100):
            return 404, {"error": f"no user {query['id']}"}
        return 200, {"results": [make_user(query["id"])]}
    nationality = query.get("nationality")
    if nationality is not None and nationality not in CITIES:
        return 404, {"error": f"no users from {nationality}"}
    return 200, {"results": [make_user(query.get("seed", ""), nationality)], "info": {"results": 1}}


def reply(url):
    """What the server sends for a request."""
    query = {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}
    status, body = answer(query)
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "services"))
    from loopback import serve

    serve("RANDOM_USER_URL", "/", reply)
