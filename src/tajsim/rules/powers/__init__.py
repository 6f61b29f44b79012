"""Outsourcing market, powers' side: offers, conditions, delivery, guarantee."""
