"""Outsourcing market, regime's side: effort over tasks, offers taken, own share paid."""
