"""The one table from conditions to the numbers that POSIX has for them."""

from __future__ import annotations

import errno
import logging

from chemfs.view import conditions
from chemigram_core import errors

NUMBERS: dict[type[Exception], int] = {
    conditions.NotFound: errno.ENOENT,
    conditions.AlreadyThere: errno.EEXIST,
    conditions.Replaced: errno.ESTALE,  # makes the kernel look the name up again
    conditions.ReadOnly: errno.EROFS,
    conditions.NotPermitted: errno.EPERM,
    conditions.NotAFolder: errno.ENOTDIR,
    conditions.IsAFolder: errno.EISDIR,
    conditions.NotEmpty: errno.ENOTEMPTY,
    conditions.OtherBranch: errno.EXDEV,
    conditions.NoSuchAttribute: errno.ENODATA,
    conditions.Unsupported: errno.EOPNOTSUPP,
    conditions.TooLarge: errno.EFBIG,
    conditions.NotALink: errno.EINVAL,
    conditions.NotALinkTarget: errno.EINVAL,
    errors.NameTooLong: errno.ENAMETOOLONG,
    errors.RefExists: errno.EEXIST,
    errors.RefConflict: errno.EEXIST,
    errors.RefMissing: errno.ENOENT,
    errors.RefMoved: errno.EBUSY,
    errors.BranchInUse: errno.EBUSY,
    errors.UnknownRevision: errno.ENOENT,
    errors.UnknownMask: errno.ENOENT,
    errors.Refused: errno.EINVAL,
    errors.StoreFailed: errno.EIO,
}

logger = logging.getLogger(__name__)


def number(error: Exception) -> int:
    """The number for whatever was raised; EIO, with a traceback in the log, for what nobody foresaw."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    for kind in type(error).__mro__:
        if kind in NUMBERS:
            if NUMBERS[kind] == errno.EIO:
                logger.error("%s", error)
            return NUMBERS[kind]
    logger.error("unforeseen", exc_info=error)
    return errno.EIO
