"""Pure rules of the register: no database, no bus, no HTTP.

`orders` is what officers ask for, `fields` how a single one is written, `records` what the register holds, `register`
the part of it that one use case holds locked; the other files are the rules, one life event each.
"""
