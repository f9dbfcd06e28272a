"""A new agency, written from the templates under `tree/`: whole, working, and keeping every law from its first minute.

In a template `${name}` is the agency's name, and NAME stands for it in the names of files and folders.
"""

from sekali.scaffold.names import refuse_name
from sekali.scaffold.writing import write_agency

__all__ = ["refuse_name", "write_agency"]
