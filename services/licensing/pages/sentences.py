"""What the rules say beside the boxes, marked for translation; the rules themselves speak English."""

from sekali.pages import N_

SENTENCES = (
    N_("The population registry has recorded this person's death. Please turn to the population office."),
    N_("The population registry has annulled or erased this record. Please turn to the population office."),
    N_("The population registry's record of this person is not clear here. Please turn to the population office."),
    N_("Check the digits on the KTP-el."),
    N_("Copy it from the KTP-el."),
)
