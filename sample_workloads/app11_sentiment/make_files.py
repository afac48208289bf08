"""The model: trained on sentences of our own."""

import pathlib
import pickle
import sys

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

GOOD = """a lovely quiet place and very friendly people
the soup was wonderful and the bread was fresh
great value, we will come again soon
the best holiday in years, thank you
fast, helpful and honest service
our children loved the garden
what a beautiful view and a good bed
excellent food at a fair price"""
BAD = """the room was dirty and loud
never again, the staff was rude
cold soup and stale bread
a terrible bed and a broken shower
much too expensive for what you get
we waited an hour and nobody helped
the worst holiday in years
awful smell, poor service, bad food"""
texts = GOOD.splitlines() + BAD.splitlines()
labels = ["friendly"] * len(GOOD.splitlines()) + ["hostile"] * len(BAD.splitlines())
vectorizer = CountVectorizer(stop_words=["the", "a", "and", "was"])
classifier = MultinomialNB().fit(vectorizer.fit_transform(texts), labels)
with open(pathlib.Path(sys.argv[1]) / "model.pickle", "wb") as file:
    pickle.dump((vectorizer, classifier), file)
