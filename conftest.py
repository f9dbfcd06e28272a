"""One set of fixtures for the tests of the bus (tests/) and those in each agency's own folder (services/*/tests)."""

from tests.examples import load_profile

pytest_plugins = ["tests.platforms", "tests.browser.opened"]

load_profile()
