"""What the rules refuse."""


class NotPossible(ValueError):
    """The step does not lead on from where the case stands; the text is a sentence of codes only."""
