"""An API for orders: FastAPI and pydantic, which Mangum puts behind an API gateway's events."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import FastAPI, HTTPException, Query
from mangum import Mangum
from pydantic import BaseModel, Field, field_validator


class Line(BaseModel):
    sku: str = Field(pattern=r"^[a-z]+-\d+$")
    count: int = Field(gt=0, le=100)
    price: Decimal


class Order(BaseModel):
    customer: str
    placed: date
    lines: list[Line] = Field(min_length=1)
    shipping: Literal["post", "courier"] = "post"

    @field_validator("customer")
    @classmethod
    def not_blank(cls, value):
        if not value.strip():
            raise ValueError("who ordered?")
        return value.strip()


class Receipt(BaseModel):
    number: int
    total: Decimal
    shipping: str


app = FastAPI(title="Orders", version="1.0")
ORDERS = {
    1: Order(customer="Ada", placed="2026-01-02", lines=[{"sku": "pen-1", "count": 2, "price": "1.50"}]),
    2: Order(customer="Alan", placed="2026-02-03", lines=[{"sku": "ink-7", "count": 1, "price": "7.25"}]),
}


def total_of(order):
    return sum((line.price * line.count for line in order.lines), Decimal(0))


@app.get("/orders")
async def list_orders(shipping: Annotated[str | None, Query(max_length=10)] = None) -> list[Receipt]:
    found = [(number, order) for number, order in ORDERS.items() if shipping in (None, order.shipping)]
    return [Receipt(number=number, total=total_of(order), shipping=order.shipping) for number, order in found]


@app.get("/orders/{number}")
async def get_order(number: int) -> Order:
    if number not in ORDERS:
        raise HTTPException(404, f"no order {number}")
    return ORDERS[number]


@app.post("/orders", status_code=201)
async def place_order(order: Order) -> Receipt:
    return Receipt(number=len(ORDERS) + 1, total=total_of(order), shipping=order.shipping)


handler = Mangum(app, lifespan="off")
