"""One set of fixtures for the tests of the bus (tests/) and those in each agency's own folder (services/*/tests)."""

pytest_plugins = ["tests.platforms", "tests.browser.opened"]
