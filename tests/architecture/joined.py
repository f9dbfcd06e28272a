"""An agency joined as its app.py joins it, with settings that lead nowhere: building connects to nothing."""

import importlib

import pytest
from fastapi import FastAPI

from tests.architecture.house import ROOT

NOWHERE = {
    "SEKALI_ROOT": str(ROOT),
    "SEKALI_DATABASE_URL": "postgresql+asyncpg://nobody:nothing@127.0.0.1:9/nowhere",
    "SEKALI_KAFKA_BOOTSTRAP": "127.0.0.1:9",
    "SEKALI_REGISTRY_URL": "http://127.0.0.1:9",
    "SEKALI_KEYRING": str(ROOT / "no-such-keyring.json"),
    "SEKALI_DEVELOPMENT_SIGN_IN": "true",
}


def joined(agency: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    for name, value in {**NOWHERE, "SEKALI_AGENCY": agency}.items():
        monkeypatch.setenv(name, value)
    built: FastAPI = importlib.import_module(f"services.{agency}.app").build()
    return built
