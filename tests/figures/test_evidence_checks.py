"""Shocks of the past, seen through the model: an outside check that nothing was fitted to."""

from __future__ import annotations

import numpy as np

from almoner.analysis.evidence import evidence_rows
from almoner.parameters import load
from almoner.policies.registry import make
from almoner.reference.areas import resolve
from almoner.reference.vocabulary import SERVICE_IDS
from almoner.study.design import Study
from almoner.study.run import run_study
from almoner.study.scenario import ParameterEdit, Scenario


def test_the_vaccine_mandate_of_2021_is_reproduced_in_sign_and_size() -> None:
    # About 16,000 of some 460,000 staff of care homes for older people left because of it: 3.5%. A tenth of entrants kept out is
    # assumed. Both arms have the labour market of 2021-22, when vacancies stood 1,121 / 831 above the base year's.
    tree = load()
    market = tree.at("market.job_vacancies", -48) / tree.at("market.job_vacancies")
    boom = (ParameterEdit(path="market.multiplier", scale=market),)
    mandate = make("entry_condition", {"share_leaving": 0.035, "fewer_entrants": 0.1, "start": "2025-11"})
    scenarios = (
        Scenario("before", "Before", "", (), boom),
        Scenario("mandate", "Mandate", "", (("entry_condition", mandate),), boom),
    )
    filled = run_study(Study(resolve("Yorkshire and The Humber"), scenarios, 8, 2026)).stock("filled")
    homes = filled[..., [SERVICE_IDS.index(service) for service in ("care_home_nursing", "care_home")], :].sum(axis=(3, 4))
    change = homes[1, :, -1] / homes[0, :, -1] - 1
    (row,) = evidence_rows(ids=["E33"])
    low, high = (end / 100 for end in row["interval"])
    error = float(change.std(ddof=1) / np.sqrt(change.size))
    assert low - 2 * error <= change.mean() <= high + 2 * error
    assert (change < 0).all()
