from __future__ import annotations

import pytest

from runsite.cards import CardProblem
from runsite.cards.check import CardRules, check_card, describe_meta, find_meta
from runsite.cards.values import make_values
from runsite.config import CardConfig
from runsite.registry import Problem
from support.cards import make_card, make_facts

RULES = CardRules(CardConfig().required, CardConfig().fields)


def test_a_complete_card_has_no_problem():
    """The card of the tests meets what a new project asks for."""
    assert check_card(make_card(), rules=RULES, values=make_values(make_facts())) == ()


def test_no_card_is_one_problem():
    """Where there is no file, that is what is said, and not each section."""
    assert check_card(None, rules=RULES) == (
        Problem("card-missing", "there is no card", "runsite card init writes one to fill in"),
    )


def test_every_problem_is_told_at_its_line():
    """Fields, sections, metadata, references and pictures come together in the order of the file."""
    card = make_card(
        "---\nlicense:\nowner: TBD\nowner: x\n---\n\n## Intended use\n\nTODO\n\nIt is {{ metrics.x }}\n"
    )
    rules = CardRules(("Intended use", "Limitations"), ("license", "owner"))
    figures = [CardProblem("the picture 'a.png' is not there", 11, hint="h")]
    found = check_card(card, rules=rules, values={"metrics.rmse": 1.0}, figure_problems=figures)
    assert found == (
        Problem(
            "card-field",
            "the front matter has no 'license'",
            "write license: between the two lines of dashes at the top",
            1,
            1,
        ),
        Problem(
            "card-field",
            "the front matter has no 'owner'",
            "write owner: between the two lines of dashes at the top",
            1,
            1,
        ),
        Problem("card-section", "the section 'Limitations' is missing", "add ## Limitations", 1, 1),
        Problem(
            "card-metadata",
            "the key 'owner' stands twice, first on line 3",
            "keep one of them; the first counts",
            4,
            1,
        ),
        Problem("card-figure", "the picture 'a.png' is not there", "h", 11, 1),
        Problem(
            "card-reference",
            "no fact is called 'metrics.x'",
            "did you mean 'metrics.rmse'?",
            11,
            7,
        ),
    )


def test_a_section_that_says_nothing_is_told_where_it_stands():
    """A heading without words is another problem than no heading."""
    card = make_card("# A\n\n## Intended uses\n\n<!-- who? -->\n")
    (problem,) = check_card(card, rules=CardRules(("Intended use",), ()))
    assert problem == Problem(
        "card-section",
        "the section 'Intended uses' says nothing yet",
        "write it, or take it out of cards.required in runsite.yaml",
        3,
        1,
    )


@pytest.mark.parametrize(
    ("front", "key", "value"),
    [
        ("licence: mit", "license", "mit"),
        ("license: [mit, apache-2.0]", "license", "mit, apache-2.0"),
        ("license: More information needed", "license", ""),
        ("license: true", "license", ""),
        ("developers: [Ada]", "owner", "Ada"),
        ("model_card_contact: a@example.org", "contact", "a@example.org"),
        ("owner: {name: x}", "owner", ""),
    ],
)
def test_a_field_is_known_by_its_usual_spellings(front, key, value):
    """British spelling, lists and the hub's names count; a placeholder does not."""
    assert find_meta(make_card(f"---\n{front}\n---\n"), key) == value


def test_front_matter_is_described_with_the_important_first():
    """Who answers and on which terms comes before what else the author noted."""
    card = make_card("---\nreviewed_by: Grace\ncontact: a@b.c\nlicense: mit\nwidget: [x]\n---\n")
    assert describe_meta(card) == (
        ("Licence", "mit"),
        ("Contact", "a@b.c"),
        ("Reviewed by", "Grace"),
    )
    assert describe_meta(None) == ()
