"""An operator tells all services of the OpenID provider, each agency what is its own; mistakes stop `sekali up`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sekali.local import signing_in
from sekali.local.place import Place
from sekali.local.signing_in import NoWayIn, SigningIn
from sekali.settings import AgencySettings

SECRET = "a secret of tests only"
ALL = {"SEKALI_OIDC_ISSUER": "https://id.example", "SEKALI_PROXIES": "10.0.0.1"}
PORTAL = {"SEKALI_PORTAL_OIDC_CLIENT_ID": "the-portal", "SEKALI_PORTAL_PUBLIC_URL": "https://portal.example"}
TAX = {"SEKALI_TAX_OIDC_CLIENT_ID": "the-tax-office", "SEKALI_TAX_PUBLIC_URL": "https://tax.example"}
TAXS, TYPO = "SEKALI_TAX_", "SEKALI_PORTL_"
SHUT = {"SEKALI_DEVELOPMENT_SIGN_IN": "false"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Two agencies with pages, and a service without."""
    for name in ("portal/pages/__init__.py", "portal/app.py", "tax/pages.py", "tax/app.py", "clock/app.py"):
        file = tmp_path / "services" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return Place(tmp_path, tmp_path / ".sekali")


def read(place: Place, *told: dict[str, str], development: bool = True) -> SigningIn:
    environment = {name: value for one in told for name, value in one.items()}
    return signing_in.read(place, environment, development=development)


def write(place: Place, text: str, mode: int = 0o600) -> None:
    place.state.mkdir(exist_ok=True)
    file = place.state / "sign-in.env"
    file.write_text(text, "utf-8")
    file.chmod(mode)


def test_what_is_the_same_for_all_is_said_once_and_each_agency_has_its_own(place: Place) -> None:
    found = read(place, ALL, PORTAL, TAX, SHUT, {f"{TAXS}PROXIES": "10.0.0.2"})
    assert found.of("portal") == {
        "SEKALI_OIDC_ISSUER": "https://id.example", "SEKALI_OIDC_CLIENT_ID": "the-portal", "SEKALI_PROXIES": "10.0.0.1",
        "SEKALI_PUBLIC_URL": "https://portal.example", "SEKALI_DEVELOPMENT_SIGN_IN": "false",
    }  # fmt: skip
    assert found.of("tax")["SEKALI_OIDC_CLIENT_ID"] == "the-tax-office"
    assert found.of("tax")["SEKALI_PROXIES"] == "10.0.0.2"
    assert found.of("vehicles") == {"SEKALI_DEVELOPMENT_SIGN_IN": "false"}


def test_a_file_in_the_state_folder_says_it_for_every_later_up(place: Place) -> None:
    lines = [f"{name}={value}" for name, value in {**ALL, **PORTAL, **TAX, **SHUT}.items()]
    lines.append(f"SEKALI_PORTAL_OIDC_CLIENT_SECRET='{SECRET} $HOME'  # not to be read by a shell")
    write(place, "\n".join(lines))
    found = read(place, {"SEKALI_PORTAL_OIDC_CLIENT_ID": "another"})
    assert not found.development
    assert found.of("portal")["SEKALI_OIDC_CLIENT_SECRET"] == f"{SECRET} $HOME"
    assert found.of("portal")["SEKALI_OIDC_CLIENT_ID"] == "another"
    assert "SEKALI_OIDC_CLIENT_SECRET" not in found.of("tax")
    assert SECRET not in repr(found)


def test_every_setting_of_signing_in_is_passed_on() -> None:
    oidc = {name for name in AgencySettings.model_fields if name.startswith("oidc_")}
    assert {one.lower() for one in signing_in.PASSED} >= oidc | {"public_url", "proxies", "sign_in_tries"}


def test_on_ones_own_machine_nothing_has_to_be_said(place: Place) -> None:
    assert read(place).of("portal") == {"SEKALI_DEVELOPMENT_SIGN_IN": "true"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([SHUT], "portal lacks SEKALI_PORTAL_.*ISSUER, SEKALI_PORTAL_OIDC_CLIENT_ID, SEKALI_PORTAL_PUBLIC_URL; tax"),
        ([SHUT, ALL, PORTAL], "tax lacks SEKALI_TAX_OIDC_CLIENT_ID, SEKALI_TAX_PUBLIC_URL"),
        ([{f"{TYPO}PUBLIC_URL": "https://portal.example"}], "PORTL_PUBLIC_URL is for no agency here"),
        ([PORTAL, TAX, {"SEKALI_TAX_PUBLIC_URL": "https://portal.example"}], "portal and tax have the same public"),
        ([ALL, SHUT, TAX, PORTAL, {"SEKALI_TAX_PUBLIC_URL": ""}], "tax lacks SEKALI_TAX_PUBLIC_URL"),
    ],
)
def test_what_would_let_nobody_in_is_said_before_anything_starts(
    place: Place, told: list[dict[str, str]], said: str
) -> None:
    with pytest.raises(NoWayIn, match=said) as refused:
        read(place, *told)
    assert "portal.example" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (f"SEKALI_OIDC_CLIENT_SECRET={SECRET}", 0o640, "Others can read"),
        (f"{TYPO}PUBLIC_URL={SECRET}", 0o600, "PORTL_PUBLIC_URL, which is no setting"),
        ("SEKALI_OIDC_ISSUER", 0o600, "says nothing after SEKALI_OIDC_ISSUER"),
    ],
)
def test_a_file_that_is_open_or_mistyped_is_not_used(place: Place, text: str, mode: int, said: str) -> None:
    write(place, text, mode)
    with pytest.raises(NoWayIn, match=said) as refused:
        read(place)
    assert SECRET not in str(refused.value)


def test_sekali_up_says_it_and_starts_nothing(tmp_path: Path) -> None:
    environment = {"SEKALI_STATE": str(tmp_path / "state"), "PATH": os.environ["PATH"], **SHUT}
    call = [sys.executable, "-c", "from sekali.cli import main; main()", "up"]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert done.returncode == 1
    assert "Development sign-in is off" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()
