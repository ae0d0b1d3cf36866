"""What the loopback server gives, and to whom."""

from __future__ import annotations

import http.client
import json
import threading

import pytest

from runsite.build.live import LiveSite
from runsite.build.serving import make_server
from runsite.errors import BuildError
from support.sites import build_site, make_run_id, make_taxi_runs, write_store


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    write_store(folder / "runs", make_taxi_runs(2))
    build_site(folder / "runs", folder / "site", base_url="http://localhost/")
    (folder / "secret.txt").write_text("outside", encoding="utf-8")
    return folder / "site"


@pytest.fixture(scope="module")
def site():
    return LiveSite()


@pytest.fixture(scope="module")
def port(folder, site):
    server = make_server(folder, site=site, port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_address[1]
    site.close()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ask(port):
    def ask(path, *, method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(method, path, headers={"Host": f"localhost:{port}", **headers})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    return ask


def test_a_page_may_ask_for_news_only_here(ask, folder, site):
    """A served page has the script and the policy for it; the file itself has neither."""
    answer, body = ask("/")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"connect-src 'self'" in body
    assert f'src="/-/live.js" data-session="{site.session}" data-number="0"'.encode() in body
    file = (folder / "index.html").read_bytes()
    assert b"connect-src 'none'" in file
    assert b"live.js" not in file


def test_other_files_are_sent_as_they_are(ask, folder):
    """Bytes, type and a mark by which the browser need not load them again."""
    path = "assets/scripts/core.js"
    answer, body = ask(f"/{path}?v=1")
    assert body == (folder / path).read_bytes()
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again, nothing = ask(f"/{path}", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, nothing) == (304, b"")


def test_head_gives_the_head_alone(ask):
    """HEAD answers like GET without the body."""
    answer, body = ask(f"/runs/{make_run_id(1)}.html", method="HEAD")
    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/.runsite-manifest.json",
        "/runs/%00",
        "/nothing/here.html",
    ],
)
def test_what_is_not_of_the_site_is_not_found(ask, path):
    """No path leads out of the folder or to its hidden files; the answer is the 404 page."""
    answer, body = ask(path)
    assert answer.status == 404
    assert b"Page not found" in body
    assert b'href="/assets/' in body  # from the root: it is shown at any depth


def test_a_folder_is_asked_for_with_a_slash(ask):
    """Relative links of a folder's page work only below its slash."""
    answer, _ = ask("/experiments")
    assert (answer.status, answer.headers["Location"]) == (301, "/experiments/")
    assert ask("/experiments/")[0].status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "localhost.evil.example", ""])
def test_a_foreign_host_is_refused(ask, host):
    """A name that somebody points at 127.0.0.1 (DNS rebinding) reads nothing."""
    answer, body = ask("/", Host=host)
    assert (answer.status, body) == (403, b"this site is for this machine only\n")


def test_another_sites_scripts_are_refused(ask):
    """A website in the same browser may link here, and can neither load data nor frame a page."""
    script = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "script"}
    frame = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    own = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "script"}
    statuses = [ask("/", **headers)[0].status for headers in (script, frame, link, own)]
    assert statuses == [403, 403, 200, 200]


def test_a_page_of_an_older_server_is_told_at_once(port, site):
    """After a restart the open pages learn that they are old."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/-/events?session=older&since=7")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    told = json.loads(answer.readline().removeprefix(b"data: "))
    connection.close()
    assert told == {"session": site.session, "number": 0, "changed": [], "error": ""}


def test_a_port_that_is_taken_is_a_clear_error(folder, port):
    """The message names the port and what to do."""
    with pytest.raises(BuildError) as error:
        make_server(folder, site=LiveSite(), port=port)
    assert str(error.value) == (
        f"cannot listen on port {port}: Address already in use\n"
        "  hint:  another program uses it? --port 0 takes any that is free"
    )


@pytest.mark.parametrize("path", ["/a" * 5000, "/" + "%41" * 3000, "/out/secret.txt", "/loop"])
def test_what_no_file_can_be_is_not_found(ask, folder, path):
    """A name too long, a link out of the site, a loop of links: an answer, not a cut connection."""
    (folder / "out").unlink(missing_ok=True)
    (folder / "out").symlink_to(folder.parent)
    (folder / "loop").unlink(missing_ok=True)
    (folder / "loop").symlink_to(folder / "loop")
    answer, body = ask(path)
    assert answer.status == 404
    assert b"outside" not in body


def test_a_folder_s_address_is_told_without_its_query(ask):
    """What stands behind the question mark is no part of the folder's name."""
    answer, _ = ask("/experiments?q=1")
    assert (answer.status, answer.headers["Location"]) == (301, "/experiments/")


def test_news_since_an_absurd_number_are_all_news(port, site):
    """Thousands of digits are no number; the connection stays."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    address = f"/-/events?since={'9' * 5000}&session={site.session}"
    connection.request("GET", address, headers={"Host": f"localhost:{port}"})
    assert connection.getresponse().status == 200
    connection.close()
