"""A real OpenID provider as a child process, and a browser's way through its pages."""

import json
import re
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from joserfc.jwk import KeySet, RSAKey
from playwright._impl._driver import compute_driver_executable

from tests.npm import installed

HERE = Path(__file__).parent
CLIENT, SECRET = "sekali-under-test", "a secret of tests only, longer than a line of nothing"
SCOPE = "openid profile sekali"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_ACTION = re.compile(r'<form[^>]* action="([^"]+)"')


@dataclass
class RealProvider:
    """`homes`: base addresses of the agencies that are one client. `people`: login -> claims, which may be added to.

    `clients`: id of a client of its own -> base address, each with the same secret.
    """

    homes: Sequence[str]
    people: Mapping[str, Mapping[str, Any]]
    clients: Mapping[str, str] = field(default_factory=dict)
    keys: KeySet = field(default_factory=lambda: KeySet([RSAKey.generate_key(2048, auto_kid=True)]))

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.open()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Node.js is the one that Playwright brings along."""
        packages = installed(HERE)
        node, self._folder = compute_driver_executable()[0], tempfile.TemporaryDirectory()
        told = Path(self._folder.name) / "told.json"
        told.write_text(json.dumps(self._configuration()), "utf-8")
        argv = [node, str(HERE / "provider.mjs"), str(packages), str(told)]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        said = []
        for line in self._process.stdout:
            said.append(line)
            if line.strip() == "ready":
                return
        raise AssertionError(f"the provider did not start: {''.join(said)[-2000:]}")

    def shut(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)
        self._folder.cleanup()

    def renew(self) -> None:
        """Another key, from the next time it opens."""
        self.keys = KeySet([RSAKey.generate_key(2048, auto_kid=True)])

    def _configuration(self) -> dict[str, Any]:
        clients = [_client(CLIENT, self.homes)] if self.homes else []
        clients += [_client(name, [home]) for name, home in self.clients.items()]
        keys = self.keys.as_dict(private=True)
        return {"port": self.port, "jwks": keys, "clients": clients, "people": self.people}


def _client(name: str, homes: Sequence[str]) -> dict[str, Any]:
    return {
        "client_id": name,
        "client_secret": SECRET,
        "redirect_uris": [f"{home}/sign-in/callback" for home in homes],
        "post_logout_redirect_uris": [f"{home}/signed-out" for home in homes],
        "scope": SCOPE,
    }


class Visit:
    """A browser at the provider: cookies of its own, its forms filled by hand."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(follow_redirects=False, timeout=10)

    async def sign_in(self, address: str, login: str) -> str:
        """From the address to which the agency has sent the browser to the one to which it is sent back."""
        page = await self._follow(await self._client.get(address))
        if page.has_redirect_location:
            return page.headers["location"]  # signed in before
        action = _ACTION.search(page.text)
        assert action, page.text[:500]
        sent = {"prompt": "login", "login": login, "password": "any"}
        answer = await self._client.post(urljoin(str(page.url), action[1]), data=sent)
        back = await self._follow(answer)
        if not back.has_redirect_location and (action := _ACTION.search(back.text)):
            # Another account than before: the provider ends the old one's session by a form of its own.
            sent = dict(_HIDDEN.findall(back.text))
            back = await self._follow(await self._client.post(urljoin(str(back.url), action[1]), data=sent))
        assert back.has_redirect_location, (back.status_code, back.text[:1000])
        return back.headers["location"]

    async def is_known(self, address: str) -> bool:
        """Whether the provider sends the browser straight back, since somebody is signed in there."""
        return (await self._follow(await self._client.get(address))).has_redirect_location

    async def cancel(self, address: str) -> str:
        """Goes back instead."""
        page = await self._follow(await self._client.get(address))
        found = re.search(r'href="([^"]*/abort)"', page.text)
        assert found, page.text[:2000]
        back = await self._follow(await self._client.get(urljoin(str(page.url), found[1])))
        return back.headers["location"]

    async def look(self, address: str) -> httpx.Response:
        return await self._follow(await self._client.get(address))

    async def close(self) -> None:
        await self._client.aclose()

    async def _follow(self, answer: httpx.Response) -> httpx.Response:
        """As long as it stays at the provider."""
        here = str(answer.url.copy_with(path="/", query=None, fragment=None))
        while answer.has_redirect_location:
            there = urljoin(str(answer.url), answer.headers["location"])
            if not there.startswith(here):
                break
            answer = await self._client.get(there)
        return answer
