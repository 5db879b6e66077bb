"""fsck: checks a repository on disk, and repairs what can be repaired. Knows no mounts.

for file in (audit := Audit(root)).files():
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
