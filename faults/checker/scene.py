"""What the checker is told: addresses, folders, and the words of the story that it judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scene:
    """`databases`: agency -> postgresql://…; `kafka`: confluent-kafka's settings; `registry`: the Confluent base.

    `states`, `facts`: owner -> the topic. `copying`, `entering`: subscriber -> the owners that it hears.
    `with_owner`: whose contract lists the sealed group. `keys`: the folder of keyrings.
    """

    databases: Mapping[str, str]
    kafka: Mapping[str, str]
    registry: str
    keys: Path
    states: Mapping[str, str]
    facts: Mapping[str, str]
    copying: Mapping[str, Sequence[str]]
    entering: Mapping[str, Sequence[str]]
    with_owner: Sequence[str]
    people: str = ""
    """The topic of persons who can be erased, where there is one."""
    hearing_people: Sequence[str] = ()
    answers: Path | None = None
    """The folder of the desks' files, `AGENCY-INSTANCE.answers`, a line for each answer: officer, topic, key."""
    scanned: Sequence[Path] = ()
    """Folders where no personal value may stand in clear: the broker's log, the children's logs."""

    @property
    def subscribers(self) -> list[str]:
        return sorted({*self.copying, *self.entering})

    def heard(self, subscriber: str) -> list[str]:
        """Topics."""
        states = [self.states[owner] for owner in self.copying.get(subscriber, ())]
        people = [self.people] if self.people and subscriber in self.hearing_people else []
        return states + [self.facts[owner] for owner in self.entering.get(subscriber, ())] + people
