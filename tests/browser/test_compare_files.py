"""Files of compared runs stand beside each other, and nothing that was logged runs."""

from __future__ import annotations

import random

import pytest

import runsite
from runsite.tracking.media import format_png
from support.sites import build_site

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """Three runs with text, JSON on one line, tables, images by step, a sound and a model file."""
    folder = tmp_path_factory.mktemp("files")
    runsite.set_tracking_uri(str(folder / "runs"))
    ids = []
    patch = pytest.MonkeyPatch()
    patch.setenv("RUNSITE_CAPTURE", "off")
    for number in range(3):
        with runsite.start_run(run_name=f"run-{number}") as run:
            lines = [f"line {i}" for i in range(60)]
            lines[30] = f"depth: {number} of 9"
            runsite.log_text("\n".join([*lines, *["more"] * number]), "train.log")
            runsite.log_text(f"{EVIL} {min(number, 1)}", f"{EVIL[:20]}.txt")
            runsite.log_text(f'{{"lr": {number}, "seed": 7}}', "config.json")
            runsite.log_text(f"id,label\n1,cat\n2,{'dog' if number else EVIL}\n", "p.csv")
            runsite.log_text("the same", "same.txt")
            for step in range(0, 30, 10):
                pixels = bytes([80 * number, 8 * step, 120]) * (16 * 12)
                picture = folder / f"{step:08d}.png"
                picture.write_bytes(format_png(pixels, width=16, height=12, channels=3))
                runsite.log_artifact(str(picture), "images/masks")
            sound = folder / "tone.wav"
            sound.write_bytes(b"RIFF" + bytes([number]) * 40)
            runsite.log_artifact(str(sound))
            ids.append(run.info.run_id)
    patch.undo()
    build_site(folder / "runs", folder / "site")
    return folder / "site", ids


@pytest.fixture
def compare(open_site, logged):
    site, ids = logged

    def open_comparison(count, more=""):
        chosen = ",".join(ids[:count])
        page = open_site(site, path=f"compare.html#runs={chosen}{more}")
        page.wait_for_selector(".compared-file")
        return page

    return open_comparison


def open_file(page, path):
    file = page.locator(".compared-file", has=page.get_by_text(path, exact=True))
    if file.get_attribute("open") is None:
        file.locator("summary").click()
    return file


def test_two_texts_are_told_apart_line_by_line(compare):
    """A changed line stands beside what it was, with what changed marked; the rest is folded."""
    page = compare(2)
    file = open_file(page, "train.log")
    file.locator(".diff").wait_for()
    assert file.locator("thead th").all_inner_texts() == ["run-0", "run-1"]
    changed = file.locator("tr", has=page.locator(".diff-del"))
    assert changed.first.locator("code").all_inner_texts() == ["depth: 0 of 9", "depth: 1 of 9"]
    assert changed.first.locator("del, ins").all_inner_texts() == ["0", "1"]
    assert file.locator(".diff-ins").last.inner_text() == "more"
    folds = file.locator(".diff-fold")
    assert folds.all_inner_texts() == ["27 lines are the same", "23 lines are the same"]
    folds.first.get_by_role("button").press("Enter")
    assert folds.count() == 1
    assert file.get_by_text("line 0", exact=True).count() == 2
    assert page.evaluate("document.activeElement.tagName") == "TR"


def test_json_on_one_line_is_spread(compare):
    """Nobody compares a line of a thousand characters."""
    page = compare(2)
    file = open_file(page, "config.json")
    file.locator(".diff").wait_for()
    assert file.locator(".diff-del, .diff-ins").all_inner_texts() == ['  "lr": 0,', '  "lr": 1,']


def test_tables_mark_the_cells_that_differ(compare):
    """Every table stands whole; cells unlike the first one's are marked, also for the ear."""
    page = compare(3)
    file = open_file(page, "p.csv")
    file.locator("table").first.wait_for()
    assert file.locator("figcaption").all_inner_texts() == ["run-0", "run-1, run-2"]
    assert file.locator("td.differing").all_text_contents() == ["dog (differs)"]


def test_more_than_two_stand_beside_the_baseline(compare, logged):
    """Each version once, with the runs that have it, the baseline's first; its own lines marked."""
    page = compare(3, f"&base={logged[1][2]}")
    file = open_file(page, "train.log")
    file.locator("pre").first.wait_for()
    assert file.locator("figcaption").all_inner_texts() == ["run-2", "run-0", "run-1"]
    marked = file.locator("figure").nth(1).locator("ins").all_inner_texts()
    assert marked == ["depth: 0 of 9"]


def test_nothing_that_was_logged_runs(compare):
    """Names and contents of files are text, in differences, tables and labels."""
    page = compare(2)
    for path in (f"{EVIL[:20]}.txt", "p.csv"):
        open_file(page, path).locator("table").first.wait_for()
    page.wait_for_timeout(200)
    assert page.title().startswith("Compare runs")
    assert page.locator(".compared-file img").count() == 0
    assert EVIL in page.locator(".compare-below").inner_text()


def test_what_is_the_same_is_counted_and_shown_on_request(compare):
    """Files that all runs have alike are a number until somebody asks."""
    page = compare(2)
    section = page.locator("section[aria-labelledby=compared-files]")
    assert section.locator(".section-head .muted").inner_text() == "5 differ, 1 is the same"
    assert section.get_by_text("same.txt").count() == 0
    page.get_by_label("Only what differs").uncheck()
    open_file(page, "same.txt").get_by_text("the same", exact=True).wait_for()


def test_images_by_step_move_together(compare):
    """One slider for all runs; each shows its own image of that step."""
    page = compare(2)
    group = page.locator(".compare-pictures")
    assert group.count() == 1
    slider = group.get_by_label("Step of masks")
    slider.focus()
    before = group.locator("img").evaluate_all("images => images.map(i => i.src)")
    page.keyboard.press("Home")
    after = group.locator("img").evaluate_all("images => images.map(i => i.src)")
    assert len({*before, *after}) == 4
    assert slider.get_attribute("aria-valuetext") == "step 0"
    for image in group.locator("img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 16
    assert group.locator("figcaption").all_inner_texts() == ["run-0", "run-1"]


def test_a_sound_can_be_played(compare):
    """What a page cannot show as text is offered as what it is, with size and digest."""
    page = compare(2)
    file = open_file(page, "tone.wav")
    file.locator("audio").first.wait_for()
    assert file.locator("audio[controls]").count() == 2
    assert "44 B" in file.inner_text()


def test_differences_lose_no_line(compare):
    """Each side of a difference, read down, is the text; rows that are the same are equal."""
    page = compare(2)
    source = random.Random(4)
    cases = [
        [[source.choice("abc") for _ in range(source.randrange(9))] for _ in range(2)]
        for _ in range(300)
    ]
    told = page.evaluate("cases => cases.map(([a, b]) => runsite.diffLines(a, b))", cases)
    for (left, right), rows in zip(cases, told, strict=True):
        assert [row["left"] for row in rows if row["left"] >= 0] == list(range(len(left)))
        assert [row["right"] for row in rows if row["right"] >= 0] == list(range(len(right)))
        assert all(left[r["left"]] == right[r["right"]] for r in rows if r["same"])
    parts = page.evaluate("runsite.splitChange('a👍c', 'a👎c')")
    assert parts == {"head": "a", "left": "👍", "right": "👎", "tail": "c"}
