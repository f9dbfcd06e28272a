"""What the rules say beside the boxes, marked for translation; the rules themselves speak English."""

from sekali.pages import N_

SENTENCES = (
    N_("The population registry has recorded this person's death. Please turn to the population office."),
    N_("The population registry has annulled or erased this record. Please turn to the population office."),
    N_("The population registry's record of this person is not clear here. Please turn to the population office."),
    N_("Check the digits on the KTP-el."),
    N_("Copy it from the KTP-el."),
    N_("Choose another activity or another place, or look at your applications."),
    N_("Type the NIK on your own KTP-el."),
    N_("Type your NIK, or leave the box as it was."),
    N_("Read the case again; it may have moved on."),
    N_("Write it in words; it stays in the case file."),
)
