"""What the rules say beside the boxes, marked for translation; the rules themselves speak English."""

from sekali.pages import N_

SENTENCES = (
    N_("This taxpayer is not active."),
    N_("The heirs' task says what is open."),
    N_("Check the digits on the card."),
    N_("Write it in words; it stays here."),
    N_("Enter your own NIK."),
    N_("Choose OP."),
    N_("Take a year from the activation up to this one."),
)
