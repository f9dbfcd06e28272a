"""What a service is told from outside, and what it says when that is wrong."""

import pytest
from pydantic import ValidationError

from sekali.settings import AgencySettings
from tests.sekali.quiet_bus import settings

SECRET = "hunter2-of-licensing"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("SEKALI_AGENCY", "licensing")
    monkeypatch.setenv("SEKALI_DATABASE_URL", f"postgresql+asyncpg://licensing:{SECRET}@127.0.0.1/licensing")
    monkeypatch.setenv("SEKALI_KAFKA_BOOTSTRAP", "127.0.0.1:9092")
    monkeypatch.setenv("SEKALI_KAFKA_PASSWORD", SECRET)
    monkeypatch.setenv("SEKALI_REGISTRY_URL", "http://127.0.0.1:8081/apis/ccompat/v7")
    monkeypatch.setenv("SEKALI_KEYRING", ".sekali/keys/licensing.json")
    monkeypatch.setenv("SEKALI_DOORS", '{"tax": "http://127.0.0.1:8003"}')
    return monkeypatch


def read() -> AgencySettings:
    """All fields come from the environment."""
    return AgencySettings()


def test_a_service_is_told_everything_by_its_environment(environment: pytest.MonkeyPatch) -> None:
    told = read()
    assert told.agency == "licensing"
    assert told.doors == {"tax": "http://127.0.0.1:8003"}
    assert told.kafka_mechanism == "SCRAM-SHA-512"
    assert told.http_host == "127.0.0.1"
    assert told.kafka_password.get_secret_value() == SECRET


def test_printed_settings_hold_no_password(environment: pytest.MonkeyPatch) -> None:
    told = read()
    assert SECRET not in repr(told)
    assert SECRET not in str(told)


def test_a_wrong_database_url_is_refused_by_name_without_its_password(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SEKALI_DATABASE_URL", f"mysql://licensing:{SECRET}@127.0.0.1/licensing")
    with pytest.raises(ValidationError) as refused:
        read()
    assert "database_url" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_missing_setting_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SEKALI_KEYRING")
    with pytest.raises(ValidationError, match="keyring"):
        read()


@pytest.mark.parametrize("agency", ["", "Tax", "tax.office", "9tax", "tax office"])
def test_an_agency_is_called_as_its_folder(agency: str) -> None:
    with pytest.raises(ValidationError):
        settings(agency=agency)
