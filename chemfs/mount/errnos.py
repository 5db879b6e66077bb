"""The one table from conditions to POSIX error numbers."""

from __future__ import annotations

import errno
import logging

from chemfs.tree import errors as tree_errors
from chemigram_core import errors
from chemigram_core.image import errors as image_errors
from chemigram_core.scratch import FilesInBranch

NUMBERS: dict[type[Exception], int] = {
    tree_errors.NotFound: errno.ENOENT,
    tree_errors.AlreadyThere: errno.EEXIST,
    tree_errors.Replaced: errno.ESTALE,  # makes the kernel look the name up again
    tree_errors.ReadOnly: errno.EROFS,
    tree_errors.NotPermitted: errno.EPERM,
    tree_errors.NotAFolder: errno.ENOTDIR,
    tree_errors.IsAFolder: errno.EISDIR,
    tree_errors.NotEmpty: errno.ENOTEMPTY,
    tree_errors.OtherBranch: errno.EXDEV,
    tree_errors.NoSuchAttribute: errno.ENODATA,
    tree_errors.Unsupported: errno.EOPNOTSUPP,
    tree_errors.TooLarge: errno.EFBIG,
    tree_errors.NotALink: errno.EINVAL,
    tree_errors.NotALinkTarget: errno.EINVAL,
    tree_errors.NotAMask: errno.EINVAL,
    errors.NameTooLong: errno.ENAMETOOLONG,
    errors.RefExists: errno.EEXIST,
    errors.RefConflict: errno.EEXIST,
    errors.RefMissing: errno.ENOENT,
    errors.RefMoved: errno.EBUSY,
    errors.BranchInUse: errno.EBUSY,
    errors.UnknownRevision: errno.ENOENT,
    errors.UnknownMask: errno.ENOENT,
    FilesInBranch: errno.ENOTEMPTY,
    image_errors.ImageInMount: errno.ELOOP,
    errors.Refused: errno.EINVAL,
    errors.StoreFailed: errno.EIO,
}

logger = logging.getLogger(__name__)


def number(error: Exception) -> int:
    """The errno of an exception; EIO, with a traceback in the log, for an unexpected one."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    for kind in type(error).__mro__:
        if kind in NUMBERS:
            if NUMBERS[kind] == errno.EIO:
                logger.error("%s", error)
            return NUMBERS[kind]
    logger.error("unforeseen", exc_info=error)
    return errno.EIO
