"""The errors about an image, one class per condition. Each message is one line."""

from __future__ import annotations

from pathlib import Path

from chemigram_core.errors import Refused, StoreFailed, shown


class UnusableImage(Refused):
    """The name of an image conflicts with a state's own files."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"not a usable image name ({rule}): {shown(name)}; rename the image first")


class UnusableImageFile(Refused):
    """A file can't be the image of a repository."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"can't be the image ({reason}): {shown(str(file))}; nothing was changed")


class OtherImage(Refused):
    """The repository has an image already; `place` is where that is, and `advice` what to do."""

    def __init__(self, place: str, advice: str) -> None:
        super().__init__(f"the repository already has an image: {shown(place)}; {advice}")


class ImageUnavailable(StoreFailed):
    """The image that raw/ names can't be read at the moment; `place` is its expected path."""

    advice = "connect its drive, or record its new path with `chemfs relink REPO FILE`"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"image not available ({reason}): {shown(place)}; {self.advice}")
        self.place = place
        self.reason = reason


class ImageNotFollowed(ImageUnavailable):
    """The image is outside of a repository that another user owns."""

    advice = "if you trust the repository, make it your own (chown -R), and then check where its raw/ leads"

    def __init__(self, place: str) -> None:
        super().__init__(place, "a link in another user's repository is not followed")


class ImageInMount(ImageUnavailable):
    """The image is inside a chemfs mount, which would have to ask itself for it, endlessly."""

    advice = "record the path of the image itself with `chemfs relink REPO FILE`"

    def __init__(self, place: str, mount: str) -> None:
        super().__init__(place, f"inside the mount at {mount}")
