"""Where to go after signing in: only to a path of one's own."""

from urllib.parse import urlsplit

LONGEST = 1_000
HOME = "/"


def own_path(asked: str | None) -> str:
    """`asked` if it is a path of this very site, else the first page.

    Browsers read ``//host`` and ``/\\host`` as other sites, and drop tabs and newlines before they look.
    """
    if not asked or len(asked) > LONGEST or not asked.startswith("/") or asked[1:2] in {"/", "\\"}:
        return HOME
    if any(sign == "\\" or ord(sign) < 0x21 or ord(sign) == 0x7F for sign in asked):
        return HOME
    try:
        parts = urlsplit(asked)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc or parts.path.startswith("/sign-in") else asked
