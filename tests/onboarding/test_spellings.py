"""Which values are proposed as spellings of one group: groups of companies that exist nowhere."""

import pytest

from promptkit.onboarding.spellings import near_spellings

SOFTWARE = """Engineering 212, Eng 31, Enginering 2, Marketing 64, Mktg 3, Marketing Ops 9, Marketing Operations 2,
    Customer Success 40, Customer Succes 2, customer-success 1, CS 4, Sales EMEA 33, Sales APAC 12, Sales AMER 20,
    IT 14, HR 11, Information Technology 2, Human Resources 5, R&D 17, Research & Development 3, Product 30, Products 2,
    Production 9, DevOps 6, Design 8, Legal 4, Legacy 4"""
WORKS = """Plant 1 400, Plant 2 380, Plant 10 15, Line A 90, Line B 85, Production 300, Prodction 3, Procurement 20,
    Quality Assurance 25, QA 6, Quality Control 24, Maintenance 60, Maintenence 1, Logistics 70, Logistic 2,
    Inbound 20, Outbound 20, CC-100 9, CC-101 9, CC-110 9, Sales;Marketing 3, Sales 40, Marketing 10"""
COUNTRIES = """Austria 40, Australia 12, Slovakia 9, Slovenia 3, Iran 2, Iraq 1, Niger 2, Nigeria 8, Guinea 2, Guyana 1,
    US 90, UK 60, United States 4, Germany 50, Germny 1, India 70, Indiana 2, North 5, South 5, East 3, West 3"""
HOSPITAL = """Cardiology 50, Cardiolgy 2, Radiology 30, Neurology 22, Urology 9, Nephrology 8, ICU 40, Inpatient 80,
    Outpatient 90, Accounts Payable 6, Accounts Receivable 5, Internal Audit 4, International Office 3,
    Emergency 60, Emerg 4, Administration 30, Admin 12, Nursing Day 70, Nursing Night 65"""
FIRM = """Vertrieb 80, Vertreib 2, Geschäftsführung 6, Geschaftsfuhrung 1, Einkauf 12, Verkauf 30, Entwicklung 90,
    Entw. 5, Personal 8, Personalwesen 2, Buchhaltung 7, Team Nord 9, Team Süd 8, Rechnungswesen 6, Recht 3"""
LEGAL = "Acme Inc. 200, Acme GmbH 90, Acme Ltd 50, Acme Holding 3, Acme Holdings 1, Acmee Inc. 1"


def read(text):
    return {one.rsplit(" ", 1)[0].strip(): int(one.rsplit(" ", 1)[1]) for one in text.split(",")}


@pytest.mark.parametrize(
    ("groups", "proposed"),
    [
        (
            SOFTWARE,
            {
                "Engineering": {"Eng", "Enginering"},
                "Marketing": {"Mktg"},
                "Marketing Ops": {"Marketing Operations"},
                "Customer Success": {"Customer Succes", "customer-success", "CS"},
                "IT": {"Information Technology"},
                "HR": {"Human Resources"},
                "R&D": {"Research & Development"},
                "Product": {"Products"},
            },
        ),
        (
            WORKS,
            {
                "Production": {"Prodction"},
                "Quality Assurance": {"QA"},
                "Maintenance": {"Maintenence"},
                "Logistics": {"Logistic"},
            },
        ),
        (COUNTRIES, {"US": {"United States"}, "Germany": {"Germny"}}),
        (HOSPITAL, {"Cardiology": {"Cardiolgy"}, "Emergency": {"Emerg"}, "Administration": {"Admin"}}),
        (
            FIRM,
            {"Vertrieb": {"Vertreib"}, "Geschäftsführung": {"Geschaftsfuhrung"}, "Entwicklung": {"Entw."}},
        ),
        (LEGAL, {"Acme Holding": {"Acme Holdings"}}),
    ],
    ids=["software", "works", "countries", "hospital", "firm", "legal entities"],
)
def test_spellings_are_proposed_and_different_groups_are_not(groups, proposed):
    assert {one.group: {*one.others} for one in near_spellings(read(groups))} == proposed


def test_what_may_be_short_for_two_groups_is_not_proposed():
    assert near_spellings({"Product": 9, "Production": 8, "Prod": 1}) == []


def test_two_spellings_of_which_neither_is_rare_may_both_be_right():
    assert near_spellings({"Lisbon": 9, "Lisboa": 8}) == []
    assert [one.others for one in near_spellings({"Lisbon": 9, "Lisboa": 2})] == [("Lisboa",)]


@pytest.mark.parametrize("value", ["", " ", "&", "-", "A;B", "🙂", "İ", "ß", "1"])
def test_no_value_is_too_odd(value):
    assert near_spellings({value: 1, "Sales": 9}) == []
