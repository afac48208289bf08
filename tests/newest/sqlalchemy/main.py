"""Keeps orders in SQLite: a new one comes in, and the answer is what its customer has ordered so far."""

from sqlalchemy import ForeignKey, String, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", cascade="all, delete-orphan")


class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    product: Mapped[str]
    pieces: Mapped[int]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")


engine = create_engine("sqlite://")
Base.metadata.create_all(engine)


def handler(event, context):
    with Session(engine) as session:
        customer = session.scalar(select(Customer).where(Customer.name == event["customer"]))
        if customer is None:
            customer = Customer(name=event["customer"])
            session.add(customer)
        for product, pieces in event.get("order", {}).items():
            customer.orders.append(Order(product=product, pieces=pieces))
        session.commit()
        total = session.scalar(select(func.sum(Order.pieces)).where(Order.customer == customer))
        return {"products": sorted(order.product for order in customer.orders), "pieces": total}
