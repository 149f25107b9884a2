"""Each format is read as promised, and a hostile file stops with one clear sentence or is read without a slip."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from almoner.errors import AlmonerError, InputFileError
from almoner.voices.adverts.advert import Advert
from almoner.voices.adverts.read import expand, read_source
from almoner.voices.adverts.scales import load_scales
from almoner.voices.adverts.source import Source, from_bytes

FOOTER = """Council opens new day centre

The new centre was opened with £2.5m from the county's £40m fund, the leader said.

Jobs
Kitchen Assistant

Borsetshire County Council
£12.71 - £13.05 per hour, 16 hours, Permanent
Help us cook for two hundred people a day. Wakefield, West Yorkshire
Recruiter: Borsetshire County Council

Care Assistant

Borsetshire County Council
Grade 3 - Grade 4, 30 hours, Temporary
Are you kind and patient? Join the team at our home. Leeds / Hybrid
Recuriter: Borsetshire County Council

Care Assistant

Borsetshire County Council
£24,300 - £25,900 per annum + pension
Care AssistantPermanent, Full Time£24,300 to £25,900 per annumLocation
Recruiter: Borsetshire County Council

Care Assistant

Borsetshire County Council
£24,300 - £25,900 per annum + pension
Care AssistantFixed Term, Full Time£24,300 to £25,900 per annumLocation
Recruiter: Borsetshire County Council

Planner - Felpersham City Council

Borsetshire County Council
Up to £131.0000 per day
Planner - Felpersham CouncilLocation, HarlowFull time, Temporary 6 Months Contract £102.25 PAYE / £131.00 Umbrella - daily rate
Recruiter: Borsetshire County Council
"""

POSTING = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Home Care Worker",
    "hiringOrganization": {"@type": "Organization", "name": "Meadow Care"},
    "jobLocation": {"@type": "Place", "address": {"addressLocality": "Truro", "addressRegion": "Cornwall"}},
    "datePosted": "2026-02-03",
    "validThrough": "2026-03-01T23:59:00",
    "employmentType": ["PART_TIME", "TEMPORARY"],
    "description": "<p>You visit people at home. We pay &pound;12.80 per hour, 24 hours per week.</p>",
}


def read(text: str | bytes, name: str) -> list[Advert]:
    return read_source(from_bytes(text if isinstance(text, bytes) else text.encode(), name))


def source_of(text: str, name: str) -> Source:
    return from_bytes(text.encode(), name)


def test_the_footer_of_a_page_gives_each_advert_with_its_fields_and_no_sum_of_the_article() -> None:
    adverts = read(FOOTER, "page.txt")
    assert [(a.title, a.salary_min, a.salary_max, a.period, a.bound) for a in adverts] == [
        ("Kitchen Assistant", 12.71, 13.05, "hourly", "range"),
        ("Care Assistant", None, None, None, "none"),
        ("Care Assistant", 24300, 25900, "annual", "range"),
        ("Care Assistant", 24300, 25900, "annual", "range"),
        ("Planner - Felpersham City Council", None, 131, "daily", "up_to"),
    ]
    assert [a.grade for a in adverts] == [None, "Grade 3 - Grade 4", None, None, None]
    assert [a.hours_per_week for a in adverts] == [16, 30, None, None, None]
    assert [a.contract for a in adverts] == ["permanent", "temporary", "permanent", "fixed_term", "temporary"]
    assert [a.place for a in adverts] == ["Wakefield, West Yorkshire", "Leeds", None, None, "Harlow"]
    assert [a.area_code for a in adverts] == ["E08000036", "E08000035", None, None, "E10000012"]
    assert adverts[1].workplace == "hybrid"
    assert adverts[4].client == "Felpersham City Council"
    assert adverts[4].contract_months == 6
    assert adverts[4].second_rate is not None
    assert (adverts[4].second_rate.minimum, adverts[4].second_rate.label) == (102.25, "PAYE")


def test_two_adverts_that_differ_only_in_their_contract_are_two_vacancies() -> None:
    adverts = read(FOOTER, "page.txt")
    assert adverts[2].key != adverts[3].key
    assert adverts[2].key == read(FOOTER.replace("fund", "chest"), "other.txt")[2].key


def test_an_article_without_adverts_has_none() -> None:
    article = "Ministers gave £250m for skills and up to £7.5bn more.\n\nCarers get £11.44 per hour.\n\nTopics: pay, care\n"
    assert read(article, "page.txt") == []


def test_labelled_lines_make_an_advert_and_a_second_title_the_next() -> None:
    text = (
        "Job title: Night Carer\nEmployer: Meadow Care\nSalary: £13.10 per hour\nHours: 33 hours per week\nLocation: Hull\n"
        "Closing date: 3rd March 2026 at 11:59pm\n\nJob title: Cook\nSalary\n£12.80 ph\nContract type: Bank\n"
    )
    night, cook = read(text, "jobs.txt")
    assert (night.salary_min, night.hours_per_week, night.area_code, str(night.closes)) == (13.1, 33, "E06000010", "2026-03-03")
    assert (cook.title, cook.salary_min, cook.contract) == ("Cook", 12.8, "bank")


def test_a_page_copied_without_labels_is_read_from_its_first_lines_with_doubt() -> None:
    (advert,) = read(
        "Care Assistant\nMeadow Care\nHull\n£12.90 - £13.30 an hour, Part-time, Permanent\n\nWe care for people.\n", "a.txt"
    )
    assert (advert.title, advert.employer, advert.area_code) == ("Care Assistant", "Meadow Care", "E06000010")
    assert (advert.salary_min, advert.pattern, advert.contract) == (12.9, "part_time", "permanent")
    assert advert.review == ("Unsure of title.", "Unsure of employer.")


def test_a_page_of_headings_and_paragraphs_is_read_under_its_main_heading() -> None:
    page = (
        "<html><body><nav><a>Jobs</a><a>Help</a></nav><h1>Healthcare Assistant</h1><h2>Anytown NHS Trust</h2>"
        "<h3>Pay scheme</h3><p>Agenda for change</p><h3>Band</h3><p>Band 3</p>"
        "<h3>Salary</h3><p>£24,937 to £26,598 a year</p>"
        "<h3>Contract</h3><p>Permanent</p><h3>Working pattern</h3><p>Full-time, Part-time</p>"
        "<h3>Closing date</h3><p>3 March 2026</p>"
        "<p>Similar jobs</p><p>Surgeon, £90,000 a year</p></body></html>"
    )
    (advert,) = read(page, "job.html")
    assert (advert.title, advert.grade, advert.salary_min, advert.salary_max) == ("Healthcare Assistant", "Band 3", 24937, 26598)
    assert (advert.contract, advert.pattern, str(advert.closes)) == ("permanent", "full_or_part_time", "2026-03-03")


def test_posting_data_alone_gives_fields_and_pay_from_its_words() -> None:
    (advert,) = read(json.dumps(POSTING), "job.json")
    assert (advert.title, advert.employer, advert.place, advert.area_code) == (
        "Home Care Worker",
        "Meadow Care",
        "Truro",
        "E06000052",
    )
    assert (advert.salary_min, advert.period, advert.hours_per_week) == (12.8, "hourly", 24)
    assert (advert.pattern, advert.contract, str(advert.posted), str(advert.closes)) == (
        "part_time",
        "temporary",
        "2026-02-03",
        "2026-03-01",
    )


def test_the_text_of_a_page_is_the_first_witness_of_pay_and_its_data_only_the_second() -> None:
    data = {
        **POSTING,
        "description": "Visit people.",
        "baseSalary": {"value": {"minValue": 21500, "maxValue": 21500, "unitText": "YEAR"}},
    }
    page = (
        f'<html><head><script type="application/ld+json">{json.dumps(data)}</script></head><body><h1>Home Care Worker</h1>'
        "<dl><dt>Salary</dt><dd>&#163;12.80 per hour</dd><dt>Contract</dt><dd>Permanent</dd></dl></body></html>"
    )
    (advert,) = read(page, "job.html")
    assert (advert.salary_min, advert.period, advert.contract) == (12.8, "hourly", "permanent")
    assert advert.witness is not None
    assert advert.witness.agrees is False
    assert any("data block" in sentence for sentence in advert.review)
    span = advert.spans["salary_min"][0]
    assert page[span.start : span.end] == "&#163;12.80"


def test_pay_in_data_alone_is_taken_with_doubt_and_not_where_a_grade_speaks() -> None:
    base = {"value": {"minValue": 24300, "maxValue": 25900, "unitText": "YEAR"}}
    (alone,) = read(json.dumps({**POSTING, "description": "Visit people.", "baseSalary": base}), "a.json")
    assert (alone.salary_min, alone.salary_max, alone.confidence["salary_min"]) == (24300, 25900, 0.6)
    assert alone.review
    (graded,) = read(
        json.dumps({**POSTING, "title": "Carer, Band 3", "description": "Visit people.", "baseSalary": base}), "a.json"
    )
    assert (graded.grade, graded.salary_min) == ("Band 3", None)


@pytest.mark.parametrize(
    "block",
    [
        "<!--\n{}\n-->",
        "//<![CDATA[\n{}\n//]]>",
        '{{"@graph": [{{"@type": "WebPage"}}, {}]}}',
        "[{}]",
        "{};",
    ],
)
def test_posting_data_is_read_in_the_wrappings_that_sites_use(block: str) -> None:
    page = f'<html><script type="application/ld+json">{block.format(json.dumps(POSTING))}</script></html>'
    assert [advert.title for advert in read(page, "a.html")] == ["Home Care Worker"]
    comma = f'<html><script type="application/ld+json">{json.dumps(POSTING)[:-1]},}}</script></html>'
    assert [advert.title for advert in read(comma, "a.html")] == ["Home Care Worker"]


def test_a_page_with_broken_data_is_read_by_its_words() -> None:
    page = '<html><script type="application/ld+json">{"@type": "JobPosting", </script><h1>Carer</h1><p>£12.90 per hour</p></html>'
    assert [(a.title, a.salary_min) for a in read(page, "a.html")] == [("Carer", 12.9)]


NHS_XML = """<?xml version="1.0" encoding="UTF-8"?>
<nhsJobs><totalResults>1</totalResults><vacancies><id>C9-1</id><title>Healthcare Support Worker &amp; Driver</title>
<employer>Anytown NHS Trust</employer><description>Care – with £s counted.</description><salary>£24,465.00 a year</salary>
<type>Permanent</type><postDate>2026-01-12T09:00:00</postDate><closeDate>2026-01-26T23:59:00</closeDate>
<locations><location>Leeds LS1 1AA</location></locations><reference>123-AB</reference><url>https://example.org/1</url></vacancies>
<vacancyDetails><id>C9-2</id><title>Healthcare Support Worker &amp; Driver</title><employer>Anytown NHS Trust</employer>
<salary>£24,465.00 a
year</salary><type>Permanent</type><postDate>2026-01-12T09:00:00</postDate><closeDate>2026-01-26T23:59:00</closeDate>
<locations><location>Leeds LS1 1AA</location></locations></vacancyDetails></nhsJobs>"""


def test_the_search_results_of_nhs_jobs_are_read_with_the_places_of_their_words() -> None:
    adverts = read(NHS_XML, "nhs.xml")
    advert = adverts[-1]
    assert (advert.title, advert.salary_min, advert.contract) == ("Healthcare Support Worker & Driver", 24465, "permanent")
    assert (advert.area_code, str(advert.posted), str(advert.closes)) == ("E08000035", "2026-01-12", "2026-01-26")
    span = advert.spans["salary_max"][0]
    assert NHS_XML[span.start : span.end] == span.text == "£24,465.00"
    title = advert.spans["title"][0]
    assert NHS_XML[title.start : title.end] == "Healthcare Support Worker &amp; Driver"


def test_feeds_are_read_and_html_inside_their_descriptions_too() -> None:
    rss = (
        "<rss><channel><title>Jobs</title><item>"
        "<title>Carer</title><dc:creator xmlns:dc='x'>Meadow Care</dc:creator>"
        "<description>&lt;p&gt;Pay is &amp;pound;12.95 per hour.&lt;/p&gt;</description>"
        "<pubDate>Mon, 02 Feb 2026 09:00 GMT</pubDate></item>"
        "<item><title>Cook</title><description><![CDATA[<p>£12.80 an hour</p>]]></description></item></channel></rss>"
    )
    carer, cook = read(rss, "a.rss")
    assert (carer.employer, carer.salary_min, str(carer.posted)) == ("Meadow Care", 12.95, "2026-02-02")
    assert cook.salary_min == 12.8
    entry = "<entry><title>Nurse</title><summary>£18 per hour</summary></entry>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{entry}</feed>"
    assert [(a.title, a.salary_min) for a in read(atom, "a.atom")] == [("Nurse", 18)]


def test_a_table_names_the_cell_of_each_field() -> None:
    table = 'Job Title;Salary;Location;First seen\n"Carer, nights";"£12.60 - £13.00 per hour";York;2026-01-05\n'
    (advert,) = read(table, "a.csv")
    assert (advert.title, advert.salary_max, advert.area_code, str(advert.first_seen)) == (
        "Carer, nights",
        13,
        "E06000014",
        "2026-01-05",
    )
    assert advert.spans["salary_min"][0].within == "line 2, column Salary"


def test_a_date_in_a_file_name_is_the_day_it_was_collected() -> None:
    (advert,) = read("title,salary\nCarer,£13 per hour\n", "adverts-2026-03-02.csv")
    assert str(advert.first_seen) == str(advert.last_seen) == "2026-03-02"


def test_a_grade_turns_into_money_only_by_the_employers_own_scale(tmp_path: Path) -> None:
    scales = tmp_path / "scales.csv"
    scales.write_text(
        "employer,grade,minimum,maximum\nBorsetshire County Council,3,24100,24500\nBorsetshire County Council,4,24600,25200\n"
    )
    advert = read_source(source_of(FOOTER, "page.txt"), load_scales(scales))[1]
    assert advert.salary_min is None
    assert advert.scale_pay is not None
    assert (advert.scale_pay.minimum, advert.scale_pay.maximum) == (24100, 25200)


# What a hostile file does, its bytes and name, and words of the sentence that it gets.
BILLION = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss><item><title>&b;</title></item></rss>'


def _zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", content)
    return out.getvalue()


HOSTILE = {
    "an XML bomb": (BILLION.encode(), "a.xml", "entities"),
    "an outside entity": (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><title>&a;</title></item></rss>',
        "a.xml",
        "entit",
    ),
    "deep XML": (b"<rss>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</rss>", "a.xml", "deep"),
    "unfinished XML": ("<rss><item><title>£</title>".encode(), "a.xml", "well-formed"),
    "deep JSON": (b"[" * 100_000 + b"]" * 100_000, "a.json", "not"),
    "half of a JSON file": (b'{"@type": "JobPosting"', "a.json", "not"),
    "a ZIP bomb": (_zip(b"0" * 5_000_000), "a.xlsx", "unpack"),
    "a gzip bomb": (gzip.compress(b"0" * 5_000_000), "a.csv", "unpack"),
    "a binary file": (b"\x7fELF\0\0\1\2", "a.csv", "binary"),
    "a PDF": (b"%PDF-1.7 ...", "a.pdf", "PDF"),
    "bytes of no encoding": (b"title,salary\nCarer,\x81\x8d\n", "a.csv", "UTF-8"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="x-none"?><rss/>', "a.xml", "x-none"),
    "an empty table": (b"", "a.csv", "empty"),
    "a table without titles": (b"a,b\n1,2\n", "a.csv", "title"),
    "a row with a cell too many": (b"title,salary\nCarer, nights,12.60\n", "a.csv", "3 cells"),
    "a row with a cell too few": (b"title,salary,location\nCarer,12.60\n", "a.csv", "2 cells"),
    "a quote that never ends": (b'title,salary\n"Carer,12.60\n', "a.csv", "whole"),
    "two columns of one name": (b"title,salary,salary\nCarer,1,2\n", "a.csv", "two columns"),
}


@pytest.mark.parametrize(("content", "name", "words"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_stops_with_one_clear_sentence(content: bytes, name: str, words: str) -> None:
    with pytest.raises(InputFileError) as caught:
        read_source(from_bytes(content, name))
    sentence = str(caught.value)
    assert words in sentence
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_cells_as_large_as_a_workbook_holds_and_formulas_are_text() -> None:
    large = "x" * 32_767
    table = f'title,employer,description\n"=HYPERLINK(""http://x"")",+1+1,{large}\n@SUM(A1),-2,"a\nb"\n'
    first, second = read(table, "a.csv")
    assert (first.title, first.employer) == ('=HYPERLINK("http://x")', "+1+1")
    assert (second.title, second.employer) == ("@SUM(A1)", "-2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_in_any_usual_encoding_is_the_same(encoding: str) -> None:
    (advert,) = read("title,salary\nCarer – nights,£12.60 per hour\n".encode(encoding), "a.csv")
    assert (advert.title, advert.salary_min) == ("Carer – nights", 12.6)


@pytest.mark.parametrize("piece", ["<a '", '<p x="', "<!--", "<script>", "<", "&", "<h1>", "£1,", "Salary:\n", "1 - ", "((((("])
def test_a_page_made_to_be_slow_is_read(piece: str) -> None:
    # A search that goes over the page again for each piece would take an hour for one of these.
    assert read("<html><body>" + piece * (200_000 // len(piece)), "a.html") == []


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(AlmonerError, match=path.name):
            expand([path])
