"""The reference bridge: books iXpole's instalments as invoices, never twice, never one cent off."""
