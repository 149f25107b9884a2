"""Themes are learnt and shown with their evidence; copies, names and positions are found where they are known to be."""

from __future__ import annotations

import numpy as np
import pytest

from almoner.errors import InputFileError
from almoner.parameters import describe
from almoner.policies.registry import policies
from almoner.voices.consultation.positions import of_closed, of_words, read
from almoner.voices.consultation.redaction import candidates, redact
from almoner.voices.consultation.segments import sentences
from almoner.voices.consultation.themes import framework, label_problem, parse

pytest.importorskip("sklearn", reason="the extra [evidence] is not installed")
pytest.importorskip("datasketch", reason="the extra [evidence] is not installed")

from almoner.voices.consultation import classifier
from almoner.voices.consultation.assigning import Material, assign
from almoner.voices.consultation.clusters import suggest
from almoner.voices.consultation.duplicates import added_words, groups
from almoner.voices.consultation.scoring import ModelUnfit, WordMatcher, checked_scores, plugged

FRAMEWORK = framework("care-workforce")
WORDS = {
    "pay": "wages money earn rate pounds salary",
    "training": "course certificate induction learn study mentor",
    "retention": "tired stress leave morale exhausted support",
}


def material(texts: list[str]) -> Material:
    ids = [f"a{i:04d}" for i in range(len(texts))]
    spans = [(i, span.start, span.end) for i, text in enumerate(texts) for span in sentences(text)]
    owner, starts, ends = (np.array(column, dtype=np.int64) for column in zip(*spans, strict=True))
    return Material(ids, texts, [[] for _ in texts], ids, owner, starts, ends)


def invented(number: int, seed: int = 0) -> tuple[list[str], list[frozenset[str]]]:
    """Return answers of one sentence a theme, whose words are its theme's with noise."""
    rng = np.random.default_rng(seed)
    noise = [f"{a}{b}" for a in ("ban", "dor", "fel", "gim", "kol", "lam") for b in ("ta", "ri", "so", "nu")]
    texts, truth = [], []
    for _ in range(number):
        given = [theme for theme in WORDS if rng.random() < 0.4]
        parts = [" ".join([*rng.choice(WORDS[theme].split(), 3), *rng.choice(noise, 4)]).capitalize() + "." for theme in given]
        parts.append(" ".join(rng.choice(noise, 6)).capitalize() + ".")
        texts.append(" ".join(rng.permutation(parts)))
        truth.append(frozenset(given))
    return texts, truth


def test_a_coded_answer_is_read_by_models_that_did_not_see_it() -> None:
    texts, truth = invented(600)
    # A fifth of the codes are wrong by chance: a model that had seen an answer would agree with its wrong code.
    wrong = np.random.default_rng(1).random((600, len(WORDS))) < 0.2
    labels = np.array([[theme in given for theme in WORDS] for given in truth]) != wrong
    model = classifier.fit(texts, [[] for _ in texts], np.zeros((600, 0)), labels)
    assert ((model.held_out >= 0.5) == labels)[wrong].mean() < 0.25
    fresh, fresh_truth = invented(400, 9)
    found = model.predict(fresh, [[] for _ in fresh], np.zeros((400, 0)))
    right = np.array([[theme in given for theme in WORDS] for given in fresh_truth])
    assert classifier.answer_f1(right, model.choose(found)).mean() > 0.85


def test_probabilities_are_as_often_right_as_they_say() -> None:
    rng = np.random.default_rng(3)
    words, texts, labels = list(WORDS.values()), [], []
    for _ in range(900):
        counts = rng.integers(0, 5, len(words))
        parts = [word for group, count in zip(words, counts, strict=True) for word in rng.choice(group.split(), count)]
        texts.append(" ".join(rng.permutation([*parts, *rng.choice([f"noise{i}" for i in range(30)], 6)])))
        labels.append(rng.random(len(words)) < 1 / (1 + np.exp(-1.5 * (counts - 2.0))))
    model = classifier.fit(texts, [[] for _ in texts], np.zeros((900, 0)), np.array(labels))
    # 2,700 probabilities in ten bins: a bin's frequency is known to about 0.4/sqrt(270) = 0.024; its mean error is 0.8 of that,
    # and as much again is allowed for the shape of the curve, which is learnt.
    assert classifier.expected_calibration_error(model.held_out, np.array(labels)) < 0.04


def test_answers_that_the_machine_keeps_are_better_than_those_it_leaves() -> None:
    texts, truth = invented(500)
    labels = np.array([[theme in given for theme in WORDS] for given in truth])
    model = classifier.fit(texts[:80], [[] for _ in range(80)], np.zeros((80, 0)), labels[:80])
    found = model.predict(texts[80:], [[] for _ in range(420)], np.zeros((420, 0)))
    chosen = model.choose(found)
    f1, sure = classifier.answer_f1(labels[80:], chosen), classifier.certainty(found, chosen)
    order = np.argsort(-sure)
    assert f1[order[:210]].mean() > f1[order[210:]].mean()


def test_every_label_carries_a_span_and_it_is_the_sentence_of_the_theme() -> None:
    texts, truth = invented(400)
    themes = tuple(FRAMEWORK.theme(theme) for theme in WORDS)
    whole = material(texts)
    coded = {whole.answer_ids[i]: truth[i] for i in range(200)}
    found = assign(whole, themes, WordMatcher(texts, themes), coded)
    labels = found.labels.filter(found.labels["answer_id"].is_in(whole.answer_ids[200:]))
    assert labels.height > 100
    right = 0
    for row in labels.iter_rows(named=True):
        words = texts[int(row["answer_id"][1:])][row["start"] : row["end"]]
        assert words.strip()
        right += bool(set(words.casefold().rstrip(".").split()) & set(WORDS[row["theme"]].split()))
    assert right / labels.height > 0.9
    assert found.quality["calibrated"]
    assert set(found.labels["source"]) == {"person", "model"}


def test_a_coded_answer_keeps_the_persons_themes() -> None:
    texts, truth = invented(120)
    themes = tuple(FRAMEWORK.theme(theme) for theme in WORDS)
    whole = material(texts)
    coded = {whole.answer_ids[i]: frozenset(["pay"]) if i == 0 else truth[i] for i in range(60)}
    labels = assign(whole, themes, WordMatcher(texts, themes), coded).labels
    assert labels.filter(labels["answer_id"] == whole.answer_ids[0])["theme"].to_list() == ["pay"]


def test_without_coded_answers_a_label_has_no_probability() -> None:
    texts = ["The wages are too low. I like my team.", "Nothing that any cue knows stands here at all."]
    found = assign(material(texts), FRAMEWORK.themes, WordMatcher(texts, FRAMEWORK.themes), {})
    assert found.labels["theme"].to_list() == ["pay"]
    assert found.labels["probability"].to_list() == [None]
    assert texts[0][found.labels["start"][0] : found.labels["end"][0]] == "The wages are too low."
    assert found.answers["kept"].to_list() == [False, False]


class Fickle:
    """A model that breaks a rule of the seam."""

    name, version = "fickle", "1"

    def __init__(self, slip: str) -> None:
        self.slip, self.calls = slip, 0

    def score(self, sentences: list[str], themes: list[object]) -> np.ndarray:
        self.calls += 1
        found = np.full((len(sentences), len(themes)), 0.5 + (self.calls if self.slip == "other scores" else 0))
        if self.slip == "shape":
            found = found[:, :1]
        if self.slip == "is no number":
            found[0, 0] = np.nan
        return found


@pytest.mark.parametrize("slip", ["shape", "is no number", "other scores"])
def test_a_model_of_the_users_own_is_held_to_the_same_checks(slip: str) -> None:
    with pytest.raises(ModelUnfit, match=slip):
        checked_scores(Fickle(slip), ["one", "two"], FRAMEWORK.themes)


def test_a_model_that_cannot_be_found_is_one_sentence() -> None:
    for name in ("nowhere:thing", "math:pi", "no-colon"):
        with pytest.raises(ModelUnfit, match="module:object"):
            plugged(name)


def test_the_policies_and_parameters_that_themes_name_exist() -> None:
    paths = [row["path"] for row in describe(None)]
    for theme in FRAMEWORK.themes:
        assert set(theme.policies) <= set(policies()), theme.id
        assert [name for name in theme.parameters if not any(path == name or path.startswith(f"{name}.") for path in paths)] == []


def test_the_framework_has_the_five_heads_of_2018_and_each_has_a_theme() -> None:
    assert list(FRAMEWORK.heads) == ["attract", "keep", "develop", "regulate", "plan"]
    assert {theme.head for theme in FRAMEWORK.themes} == set(FRAMEWORK.heads)


@pytest.mark.parametrize("label", ["Other comments", "Concerns", "A label that has far too many words", "General issues"])
def test_a_label_that_says_nothing_is_refused(label: str) -> None:
    assert label_problem(label)
    with pytest.raises(InputFileError, match="label"):
        parse(f"name: x\nthemes:\n  - {{id: a, label: {label}, definition: something long enough}}", "x.yaml")


def test_a_campaign_is_found_with_its_edits_and_no_other_answer() -> None:
    base = (
        "We ask you to fund fair pay for every care worker before the next budget. We ask that contracts without fixed hours end. "
        "We want a plan for the staff who look after our parents."
    )
    own = "My mother had four carers in one week and none of them knew her name or what she likes to eat."
    copies = [base, base, f"Dear minister, {base}", base.replace("fair", "decent"), f"{own} {base}", base.rsplit(". ", 1)[0] + "."]
    others = [own, "I agree", "I agree", "Fund fair pay for every care worker, that is all I have to say about any of this."]
    found = groups([*others, *copies])
    assert [set(group.members) for group in found] == [set(range(4, 10))]
    assert added_words(copies[4], base) == own


def test_a_chain_of_answers_that_are_each_a_little_alike_is_no_group_of_all() -> None:
    words = [f"word{i}" for i in range(60)]
    chain = [" ".join(words[start : start + 20]) for start in range(0, 41, 4)]
    largest = groups(chain)[0]
    assert len(largest.members) < len(chain)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Ring 07700 900123 or write to night.shift@example.org", ["07700 900123", "night.shift@example.org"]),
        ("Her NHS number is 943 476 5919", ["943 476 5919"]),
        ("My daughter Priya was born on 12/03/1994", ["Priya", "12/03/1994"]),
        ("Will this work? I hope so. Mark my words: it may.", []),
        ("In April 2024 the wage rose to £11.44 and 12 of 40 left", []),
        ("The Department of Health and Social Care should act", []),
    ],
)
def test_what_could_reach_a_person_is_a_candidate_and_ordinary_words_are_not(text: str, pieces: list[str]) -> None:
    assert [text[each.start : each.end] for each in candidates(text)] == pieces


def test_redacted_text_says_what_was_there() -> None:
    text = "Ask Priya on 07700 900123."
    assert redact(text, [(each.start, each.end, each.kind) for each in candidates(text)]) == "Ask [name] on [phone]."


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("I fully support this proposal.", "agree"),
        ("No, this is a bad idea.", "disagree"),
        ("I do not agree with any of it.", "disagree"),
        ("I support the aim, but I am against this register.", "mixed"),
        ("Staff work hard.", "unclear"),
        ("I am not sure.", "unclear"),
    ],
)
def test_the_position_of_plain_words(text: str, position: str) -> None:
    assert of_words(text) == position


@pytest.mark.parametrize(
    ("value", "position"),
    [
        ("Strongly agree", "agree"),
        ("Strongly disagree", "disagree"),
        ("Neither agree nor disagree", "unclear"),
        ("Yes", "agree"),
        ("No", "disagree"),
        ("Not Useful", "disagree"),
        ("Very Useful", "agree"),
        ("Don't know", "unclear"),
        ("Partly", "mixed"),
        ("North West", None),
    ],
)
def test_the_position_of_a_closed_answer(value: str, position: str | None) -> None:
    assert of_closed(value) == position


def test_the_closed_answer_goes_first_and_a_contradiction_is_marked() -> None:
    found = read("No, this is a bad idea.", "Strongly agree")
    assert (found.position, found.source, found.contradicts) == ("agree", "closed answer", True)


def test_suggested_themes_name_what_repeats() -> None:
    sentences_ = [
        f"Parking at the {place} site costs too much money every day number {n}" for n, place in enumerate("abcdefgh" * 2)
    ]
    sentences_ += [f"The kitchen serves cold food at dinner on ward {n} again" for n in range(16)]
    found = suggest(sentences_, 2)
    assert {"parking", "kitchen"} <= {term for each in found for term in each.terms}
    assert suggest(sentences_[:5]) == []
