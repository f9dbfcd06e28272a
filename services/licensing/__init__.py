"""Business licensing (OSS): a person's licences, one for each activity at each place, under one NIB."""
