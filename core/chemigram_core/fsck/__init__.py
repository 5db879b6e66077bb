"""fsck: checks a repository on disk, and repairs what can be repaired. Knows no mounts.

findings += (audit := Audit(root)).first()
for file in audit.files():
    findings += audit.object(file)
findings += audit.rest()
for finding in findings:
    repair(root, finding)
finish(root)
"""

from chemigram_core.fsck.audit import Audit, check
from chemigram_core.fsck.finding import Finding, Problem
from chemigram_core.fsck.repair import finish, repair

__all__ = ["Audit", "Finding", "Problem", "check", "finish", "repair"]
