"""The stores: customers, contracts, cases and tracking numbers, the journal, answers."""
