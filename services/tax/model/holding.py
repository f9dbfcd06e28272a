"""What the tax agency has to keep of a person who is erased: the registration with places and returns, applications."""

ARTICLE = "UU KUP art. 28(11)"
"""Books and records that a tax is founded on are kept for ten years; here taken as the ground for the register too."""
YEARS = 10
