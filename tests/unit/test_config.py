import pytest

from runsite.config import CardConfig, Config, SiteConfig, load_config, parse_config
from runsite.errors import ConfigError

WHOLE = """\
format: 1
store: data/runs
registry: models.yaml
site:
  title: Taxi
  description: Durations
  output: public
  base_url: https://example.org/taxi/
  repository_url: https://example.org/taxi.git
  theme: theme
  directions: {churn: min, lift: max}
cards:
  folder: docs/cards
  required: [Intended use]
"""


def test_a_project_without_the_file_has_the_defaults(tmp_path):
    """No file means every default, and nothing explicit."""
    assert load_config(tmp_path) == Config(folder=tmp_path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "format: 1\n"])
def test_an_empty_file_means_the_defaults(text):
    """A file of comments sets nothing."""
    config = parse_config(text)
    assert (config.store, config.registry) == ("runs", "registry.yaml")
    assert (config.site, config.cards) == (SiteConfig(), CardConfig())


def test_every_setting_is_read(tmp_path):
    """Each setting of the file arrives where it belongs; a byte order mark does no harm."""
    (tmp_path / "runsite.yaml").write_text("\ufeff" + WHOLE, encoding="utf-8")
    config = load_config(tmp_path)
    assert config == Config(
        store="data/runs",
        registry="models.yaml",
        site=SiteConfig(
            title="Taxi",
            description="Durations",
            output="public",
            base_url="https://example.org/taxi/",
            repository_url="https://example.org/taxi.git",
            theme="theme",
            directions={"churn": "min", "lift": "max"},
        ),
        cards=CardConfig(folder="docs/cards", required=("Intended use",)),
        folder=tmp_path,
        explicit=frozenset({"format", "store", "registry", "site", "cards"}),
    )


def test_all_problems_are_told_together():
    """A person mends a file once, not once for each problem."""
    text = "stroe: x\nsite: {title: 3, directions: {a: up}}\ncards: {required: yes}\nformat: 9\n"
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    assert str(caught.value) == (
        "unknown setting 'stroe'; the settings there are cards, format, registry, site, store; "
        "format 9 is not known; this runsite reads format 1; "
        "site.directions.a must be min or max, not 'up'; "
        "site.title must be text, not 3; "
        "cards.required must be a list of section titles\n"
        "  where: runsite.yaml\n"
        "  hint:  docs/configuration.md lists every setting"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "store: [a\n",
            (
                "runsite.yaml is not valid YAML: expected ',' or ']', but got '<stream end>'\n"
                "  where: runsite.yaml:2:1"
            ),
        ),
        (
            "- a\n",
            "runsite.yaml must be a mapping of settings, not list\n  where: runsite.yaml",
        ),
        (
            "site: here\n",
            (
                "site must be a mapping, not str\n"
                "  where: runsite.yaml\n"
                "  hint:  docs/configuration.md lists every setting"
            ),
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_place(text, message):
    """What is wrong with the file as a whole is said whole."""
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "value",
    [
        "2026-13-45",
        "1" + ":00" * 200 + ".5",
        "9" * 5000,
        "!!timestamp x",
        "!!bool x",
        "!!int ''",
        "0x_",
    ],
)
def test_a_value_that_yaml_cannot_make_is_told(value):
    """What a reader of YAML fails on is a problem of the file, not of runsite."""
    with pytest.raises(ConfigError, match=r"^runsite.yaml is not valid YAML: "):
        parse_config(f"site:\n  title: {value}\n")


def test_a_key_cannot_steer_a_terminal():
    """Names from the file are shown without their control characters."""
    with pytest.raises(ConfigError) as caught:
        parse_config('site: {directions: {"a\\e[31m\\nb": up}}\n')
    assert str(caught.value).startswith("site.directions.a\\x1b[31m\\nb must be min or max")


def test_a_file_that_is_not_text_is_told(tmp_path):
    """Bytes that are no UTF-8 are a problem of the file, not of runsite."""
    path = tmp_path / "runsite.yaml"
    path.write_bytes(b"store: \xff\n")
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path)
    assert str(caught.value).startswith(f"cannot read '{path}': 'utf-8' codec can't decode")


def test_what_a_complete_card_needs_is_a_setting(tmp_path):
    """A project chooses the sections and the front matter of its cards, and is told a wrong list."""
    config = parse_config("cards:\n  required: [Intended use]\n  fields: []\n", folder=tmp_path)
    assert (config.cards.required, config.cards.fields) == (("Intended use",), ())
    with pytest.raises(ConfigError) as caught:
        parse_config("cards:\n  required: Intended use\n  fields: [1]\n", folder=tmp_path)
    assert caught.value.problem == (
        "cards.required must be a list of section titles; "
        "cards.fields must be a list of keys of the front matter"
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "git@github.com:org/taxi.git",
        "example.org/taxi",
        "https://",
        "https://[x",
    ],
)
def test_an_address_that_no_page_may_name_is_told(address):
    """It would become a link of every page: one that runs, or one that leads nowhere."""
    with pytest.raises(ConfigError) as caught:
        parse_config(f"site:\n  base_url: '{address}'\n  repository_url: '{address}'\n")
    assert caught.value.problem == "; ".join(
        f"site.{name} must be a web address such as https://example.org/taxi, not '{address}'"
        for name in ("base_url", "repository_url")
    )


def test_no_setting_holds_a_null_character():
    """No path can, and Python would say so by a traceback wherever the path is used."""
    with pytest.raises(ConfigError) as caught:
        parse_config('registry: "a\\0b"\nsite: {theme: "\\0"}\ncards: {folder: "\\0"}\n')
    assert caught.value.problem == (
        "registry holds a null character: 'a\\x00b'; site.theme holds a null character: '\\x00'; "
        "cards.folder holds a null character: '\\x00'"
    )
