"""The names of darktable's properties in an XMP. Knows no values.

Properties that darktable keeps for its own use are in `bookkeeping`, with explanations.
"""

HISTORY = "darktable:history"
MASKS_HISTORY = "darktable:masks_history"
HISTORY_END = "darktable:history_end"
HISTORY_TRIO = frozenset((HISTORY, MASKS_HISTORY, HISTORY_END))  # an edit history, whatever version wrote it

HISTORY_BASIC_HASH = "darktable:history_basic_hash"
HISTORY_AUTO_HASH = "darktable:history_auto_hash"
HISTORY_CURRENT_HASH = "darktable:history_current_hash"

NUM = "darktable:num"
OPERATION = "darktable:operation"
ENABLED = "darktable:enabled"
MODVERSION = "darktable:modversion"
PARAMS = "darktable:params"
MULTI_NAME = "darktable:multi_name"
MULTI_NAME_HAND_EDITED = "darktable:multi_name_hand_edited"
MULTI_PRIORITY = "darktable:multi_priority"
BLENDOP_VERSION = "darktable:blendop_version"
BLENDOP_PARAMS = "darktable:blendop_params"
IOP_ORDER = "darktable:iop_order"

MASK_NUM = "darktable:mask_num"
MASK_ID = "darktable:mask_id"
MASK_TYPE = "darktable:mask_type"
MASK_NAME = "darktable:mask_name"
MASK_VERSION = "darktable:mask_version"
MASK_POINTS = "darktable:mask_points"
MASK_NB = "darktable:mask_nb"
MASK_SRC = "darktable:mask_src"

ENCODED = frozenset((PARAMS, BLENDOP_PARAMS, MASK_POINTS, MASK_SRC))  # binary values, see `encoding`

XMP_VERSION = "darktable:xmp_version"
RAW_PARAMS = "darktable:raw_params"
IOP_ORDER_VERSION = "darktable:iop_order_version"
IOP_ORDER_LIST = "darktable:iop_order_list"

COLOR_LABELS, VERSION_NAME = "darktable:colorlabels", "darktable:version_name"
RATING = "xmp:Rating"

TAGS, KEYWORDS = "lr:hierarchicalSubject", "dc:subject"  # darktable writes each tag whole, and again as single words
TAG_LISTS = frozenset((TAGS, KEYWORDS))

MASK_MANAGER = "mask_manager"  # an operation that carries shapes and does nothing itself
