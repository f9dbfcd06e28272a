"""What this agency has to keep of a person who is erased: licences and the files of applications."""

ARTICLE = "UU 43/2009 art. 48"
"""Each agency keeps its records as its retention schedule (JRA) says."""
YEARS = 5
"""A demo value: the schedule of business licensing is not public. Counted from the erasure, which ends the licence."""
