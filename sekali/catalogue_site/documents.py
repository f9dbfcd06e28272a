"""Documents for other tools as YAML."""

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Every value in full: not all readers of these documents follow YAML's references."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
