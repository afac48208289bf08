"""Asks a small database of orders through SQLAlchemy's ORM. The database is made in memory when the function starts."""

from datetime import date

from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", order_by="Order.id")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    placed: Mapped[date]
    cents: Mapped[int]
    customer: Mapped[Customer] = relationship(back_populates="orders")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session, session.begin():
    ada = Customer(
        name="Ada", orders=[Order(placed=date(2026, 1, 2), cents=300), Order(placed=date(2026, 2, 1), cents=725)]
    )
    session.add_all([ada, Customer(name="Alan", orders=[Order(placed=date(2026, 1, 9), cents=80)])])


def of_customer(session, name):
    query = select(Customer).where(Customer.name == name).options(selectinload(Customer.orders))
    customer = session.scalars(query).one()
    return {"orders": [[order.placed.isoformat(), order.cents] for order in customer.orders]}


def totals(session, least):
    total = func.sum(Order.cents)
    query = select(Customer.name, total).join(Customer.orders).group_by(Customer.id).having(total >= least)
    return {"totals": dict(session.execute(query.order_by(Customer.name)).tuples().all())}


def add(session, name):
    """Adds a customer, and takes it back: a function's database is its own."""
    session.add(Customer(name=name))
    session.flush()
    count = session.scalar(select(func.count()).select_from(Customer))
    session.rollback()
    return {"customers": count}


def handler(event, context):
    with Session(engine) as session:
        if "customer" in event:
            return of_customer(session, event["customer"])
        if "least" in event:
            return totals(session, event["least"])
        return add(session, event["add"])
