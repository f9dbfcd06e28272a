"""What a user would pick instead of Sekali, each with the best settings that we know."""
