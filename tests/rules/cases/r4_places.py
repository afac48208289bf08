# R4: a module with effects is loaded at its old place although another import loads it too, only later.
# then: main.shop.level, main.shop.stock.VALUE, main.shop.count.total
# file: main.py
"""R4."""
from shop.stock import VALUE  # eager
import shop
START = VALUE


def handler(event, context):
    return START
# file: shop/__init__.py
"""Its body runs before that of shop.stock, which main asks for: it imports it on the way and then counts on."""
import shop.count as count
import shop.stock as unused  # hoist: shop.stock
level = count.up()
# file: shop/count.py
total = []
def up():
    total.append(1)
    return len(total)
# file: shop/stock.py
"""Counts when it is imported."""
from shop.count import up
VALUE = up()
