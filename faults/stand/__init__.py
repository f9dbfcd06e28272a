"""Where is broken: the embedded platform, three agencies that say facts, four that hear them, each a process."""
