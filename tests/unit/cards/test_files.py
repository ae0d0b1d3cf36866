from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runsite.cards import CardProblem, find_card_path, load_card, make_card_path
from runsite.errors import CardError


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_version_has_its_own_card_or_the_models(tmp_path):
    """The more special file wins, and the model's card stands in for every other version."""
    write(tmp_path / "taxi.md", "# model")
    write(tmp_path / "taxi" / "3.md", "# three")
    assert load_card(tmp_path, model="taxi", version=3).body == "# three"
    assert load_card(tmp_path, model="taxi", version=4).body == "# model"
    assert load_card(tmp_path, model="taxi").body == "# model"
    assert load_card(tmp_path, model="taxi", version=3).path == tmp_path / "taxi" / "3.md"


@pytest.mark.parametrize("model", ["absent", "x" * 5000, "\0", "", ".", "..", "../../etc/passwd"])
def test_no_card_is_none(tmp_path, model):
    """A model without a card, whatever it is called, has none; that is no error."""
    assert load_card(tmp_path / "cards", model=model, version=1) is None


@given(st.text(min_size=1, max_size=40), st.none() | st.integers(1, 10**6))
def test_every_name_stays_inside_the_folder(model, version):
    """No model's name reaches a file outside of the cards folder, or a hidden one."""
    folder = Path("/project/cards")
    path = make_card_path(folder, model=model, version=version)
    assert os.path.normpath(path) == str(path)
    assert path.parent == (folder if version is None else folder / path.parent.name)
    assert not path.name.startswith(".")
    assert re.search(r'[\x00-\x1f\\:*?"<>|]', path.name) is None


@given(st.lists(st.text(alphabet="ab/%2Fc.: con", max_size=6), min_size=2, max_size=2, unique=True))
def test_two_models_never_share_a_card(models):
    """The file name tells models apart, also when their names hold slashes or percent signs."""
    first, second = (make_card_path(Path("cards"), model=model) for model in models)
    assert first != second


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("nyc-taxi", "nyc-taxi.md"),
        ("nyc/taxi", "nyc%2Ftaxi.md"),
        ("Größe 1", "Größe 1.md"),
        ("con", "%63on.md"),
        ("..", "%2E%2E.md"),
        ("a%2Fb", "a%252Fb.md"),
    ],
)
def test_the_file_name_is_the_models_where_it_can_be(model, name):
    """Only what some file system refuses is written as %XX."""
    assert make_card_path(Path("cards"), model=model) == Path("cards") / name


def test_bytes_that_are_not_text_are_replaced_and_reported(tmp_path):
    """A card in another encoding is shown as far as it can be, and its author is told where."""
    write(tmp_path / "taxi.md", b"# Caf\xe9\r\n\r\nna\xefve\r\n")
    card = load_card(tmp_path, model="taxi")
    assert card.sections[0].title == "Caf\ufffd"
    assert card.problems == (
        CardProblem("the byte 0xe9 is not UTF-8 text", 1, 6, "save the file as UTF-8"),
    )


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    """A pull request cannot publish another file by linking to it."""
    (tmp_path / "secret.txt").write_text("token")
    cards = tmp_path / "cards"
    cards.mkdir()
    (cards / "taxi.md").symlink_to("../secret.txt")
    with pytest.raises(CardError) as caught:
        load_card(cards, model="taxi")
    assert str(caught.value) == (
        "the card 'taxi.md' is a link that leads out of the cards folder\n"
        f"  where: {cards / 'taxi.md'}\n"
        "  hint:  put the file itself there: a card is published, and other files must not be"
    )


def test_a_link_inside_the_folder_is_followed(tmp_path):
    """Two models may share one card by a link."""
    write(tmp_path / "taxi.md", "# shared")
    (tmp_path / "bus.md").symlink_to("taxi.md")
    assert load_card(tmp_path, model="bus").body == "# shared"


def test_an_endless_card_is_refused(tmp_path):
    """A file far too large to be a card is not parsed."""
    write(tmp_path / "taxi.md", b"x" * (512 * 1024 + 1))
    with pytest.raises(CardError) as caught:
        load_card(tmp_path, model="taxi")
    assert str(caught.value) == (
        "the card 'taxi.md' has more than 524,288 bytes\n"
        f"  where: {tmp_path / 'taxi.md'}\n"
        "  hint:  keep pictures and tables in files beside it"
    )


def test_a_folder_of_the_cards_name_is_no_card(tmp_path):
    """Only a file is a card."""
    (tmp_path / "taxi.md").mkdir()
    assert find_card_path(tmp_path, model="taxi", version=2) is None


@pytest.fixture
def closed_folder(tmp_path):
    """Give a folder with a card that the process may not look into; root gives up its rights."""
    folder = tmp_path / "closed"
    write(folder / "taxi.md", "# x")
    folder.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)
    folder.chmod(0o700)


def test_a_card_that_cannot_be_read_is_an_error(closed_folder):
    """A file without permission is named, not passed over."""
    with pytest.raises(CardError) as caught:
        load_card(closed_folder, model="taxi")
    assert str(caught.value) == (
        "the card 'taxi.md' cannot be read: Permission denied\n"
        f"  where: {closed_folder / 'taxi.md'}"
    )
