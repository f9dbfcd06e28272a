"""The citizen's one door: owner of what citizens say of themselves."""
