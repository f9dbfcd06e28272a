"""The ways out that rules name to a citizen, marked for translation; the rules themselves speak English."""

from sekali.pages import N_

SENTENCES = (
    N_("Give an e-mail address or a mobile number."),
    N_("Open the form again."),
    N_("Look at the application; for a new one, open the form again."),
    N_("Type the NIK on your own KTP-el."),
    N_("Type your NIK, or leave the box as it was."),
    N_("Choose another activity or another place, or look at your applications."),
    N_("Enter your own NIK."),
    N_("Choose OP."),
)
