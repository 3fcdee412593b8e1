"""May this request come now, or were there too many in a window of the world's clock?"""

from __future__ import annotations

from datetime import datetime, timedelta

from ixmocks.engine.system import Window
from ixmocks.engine.world import Stamps


def count(stamps: Stamps, at: datetime, windows: tuple[Window, ...]) -> tuple[Stamps, Window | None]:
    """The stamps with this request added, and the window it overran, if any.

    A refused request counts as well (SILV-30). Requests of one moment share one stamp, so a
    frozen clock costs no memory.
    """
    horizon = at - timedelta(seconds=max(window.seconds for window in windows))
    kept = stamps
    while kept and kept[0][0] <= horizon:
        kept = kept[1:]
    same = kept[-1][1] if kept and kept[-1][0] == at else 0
    kept = (*(kept[:-1] if same else kept), (at, same + 1))
    for window in windows:
        since = at - timedelta(seconds=window.seconds)
        if sum(number for moment, number in kept if moment > since) > window.limit:
            return kept, window
    return kept, None
