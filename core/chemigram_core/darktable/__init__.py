"""The meaning of darktable's properties: histories, modules, settings, the identity of an edit. Knows no bytes."""

from chemigram_core.darktable.bookkeeping import BOOKKEEPING
from chemigram_core.darktable.entries import Encoded, Entry, Form
from chemigram_core.darktable.history import History
from chemigram_core.darktable.history_loss import HistoryLoss, adds_steps, history_loss

__all__ = ["BOOKKEEPING", "Encoded", "Entry", "Form", "History", "HistoryLoss", "adds_steps", "history_loss"]
