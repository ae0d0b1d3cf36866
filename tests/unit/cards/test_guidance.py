from __future__ import annotations

from runsite.cards import find_missing_sections
from runsite.cards.check import CardRules, check_card
from runsite.cards.guidance import CARD_SECTIONS, make_card_text
from runsite.config import CardConfig
from support.cards import make_card


def test_a_new_card_asks_for_everything_and_answers_nothing():
    """Every section is there with a question, and every one still counts as missing."""
    card = make_card(make_card_text("taxi", required=CardConfig().required))
    assert [s.title for s in card.sections] == ["taxi", *CARD_SECTIONS]
    assert card.problems == ()
    assert find_missing_sections(card, CARD_SECTIONS) == tuple(CARD_SECTIONS)
    rules = CardRules(CardConfig().required, CardConfig().fields)
    codes = {problem.code for problem in check_card(card, rules=rules, values={})}
    assert codes == {"card-field", "card-section"}


def test_a_section_that_the_project_asks_for_is_added():
    """A project's own title is in the new card, and one that is there by another name is not twice."""
    card = make_card(make_card_text("taxi", required=["Caveats and recommendations", "Carbon"]))
    titles = [s.title for s in card.sections]
    assert titles[-1] == "Carbon"
    assert "Caveats and recommendations" not in titles


def test_a_filled_section_is_no_longer_missing():
    """An answer under the question is enough; the question may stay."""
    text = make_card_text("taxi").replace(
        "-->\n\n## Factors", "-->\n\nNot for fares.\n\n## Factors"
    )
    assert "Out-of-scope use" not in find_missing_sections(make_card(text), CARD_SECTIONS)


def test_the_name_of_a_model_is_a_title_whatever_it_is():
    """A name with marks in it stays one heading."""
    card = make_card(make_card_text("a *b* # c"))
    assert card.sections[0].title == "a *b* # c"
