"""What the library's own rules say of a box, marked for translation: of `sekali.sentences`, `identity` and `lines`.

The sentences are made there, in English; `sheets.in_words` looks them up here. %(n)s stands for a number.
"""

from sekali.pages.words import N_

SENTENCES = (
    N_("It is missing."),
    N_("It must not be empty."),
    N_("It cannot be read."),
    N_("It must be a date that exists, as 2026-11-22."),
    N_("It must be a whole number."),
    N_("It must be a number."),
    N_("It must be %(n)s digits."),
    N_("It must have at least %(n)s signs."),
    N_("It must have at most %(n)s signs."),
    N_("It must hold at least %(n)s."),
    N_("It must hold at most %(n)s."),
    N_("It must be %(n)s or more."),
    N_("It must be %(n)s or less."),
    N_("It is none of the values that may stand here."),
    N_("It is not written as this field asks; /openapi.json shows how."),
    N_("It holds a sign that cannot be printed."),
    N_("A NIK has %(n)s digits and nothing else."),
    N_("A KK number has %(n)s digits and nothing else."),
    N_("A NPWP has %(n)s digits and nothing else."),
    N_("The first two digits of this NIK are no province's."),
    N_("This NIK names no regency or no district (00)."),
    N_("This NIK holds a birth date that does not exist."),
    N_("The last four digits of a NIK are 0001 to 9999."),
    N_("The region of this NIK is not in today's list; it may be an old code."),
    N_("The sex in this NIK is not the one of the biodata."),
    N_("The birth date in this NIK is not the one of the biodata."),
    N_("The first two digits of this KK number are no province's."),
    N_("This KK number holds a date that does not exist."),
    N_("The last four digits of a KK number are 0001 to 9999."),
)
