"""Facts about who and where that are not numbers: sides, posts, tasks, places.

Numbers stand in the parameter registry. Sources are named by document and line.
"""

from dataclasses import dataclass

from tajsim.axes import AGENCIES, COMMANDERS, NAMED, NETWORKS

#: Region behind each section (matveeva-2004:157-159, icg-2016:125; the last two by position).
SECTION_REGION = {
    "ishkashim": "gbao",
    "khorog": "gbao",
    "kalaikhumb": "gbao",
    "moskovskii": "khatlon",
    "pianj": "khatlon",
    "early_transfer": "khatlon",
    "murghab": "gbao",
}

#: Tasks of each agency (matveeva-2004:45-99, icg-2016:137, edm-2007-03:5).
AGENCY_TASKS = {
    "interior_ministry": ("internal_order", "elite_control", "drugs"),
    "security_ministry": ("elite_control", "internal_order", "militancy", "drugs"),
    "border_troops": ("border",),
    "russian_border_troops": ("border",),
    "army": ("external_defence", "militancy"),
    "customs": ("drugs", "border"),
    "drug_control_agency": ("drugs",),
    "presidential_guard": ("elite_control",),
}

#: Agencies that guard the Afghan line: Russia's, then the country's own (matveeva-2004:157).
GUARDS = ("russian_border_troops", "border_troops")

#: Agencies that another country runs (matveeva-2004:157).
FOREIGN_RUN = GUARDS[:1]

#: Services of conscripts, from whom a better-paying foreign service picks first
#: (matveeva-2004:73, 161).
CONSCRIPTS = ("border_troops", "army")

#: Agencies whose people were tested and hand-picked (matveeva-2004:91).
VETTED = ("drug_control_agency",)

#: Agencies with a drug unit that works inland (matveeva-2004:65, 91).
DRUG_UNITS = ("drug_control_agency", "interior_ministry", "security_ministry")

#: Month of a year, from 0, in which the crop is in: June.
HARVEST_MONTH = 5

#: Last year in which the record drives the outside world (the documents end in January 2016).
RECORD_END = 2015

#: Pull of the war in Syria and Iraq, 1 at its height, on straight lines between these months. Full
#: in January 2015, the month of a report on recruits (icg-2016:131, 141). No document dates begin
#: and end: 2012, when fighting became war, and 2018, when the territory of the Islamic State was
#: lost, are assumptions.
WAR_ABROAD = (
    ("2012-01", 0.0),
    ("2013-02", 0.1),
    ("2015-01", 1.0),
    ("2017-01", 1.0),
    ("2018-07", 0.0),
)

#: Month in which the ruler's term ends. The year is printed (icg-2016:21, 267), not the month: the
#: middle of the year is an assumption.
TERM_END = "2020-07"

#: Powers counted as the West, as Moscow, and as blocs that Moscow watches
#: (matveeva-2004:213-241, edm-2007-04:7).
WEST = ("united_states", "european_union", "united_kingdom", "france", "poland", "osce_un")
MOSCOW = ("russia",)
#: Powers that can pay the regime for a deal: the one with debt written off and investment
#: (matveeva-2004:257), the other as the most important investor (icg-2016:241).
PAYING = ("russia", "china")
#: Whose money it is: of powers that are not named here that of donors.
PURSE_OF = {"russia": "moscow", "china": "neighbours", "uzbekistan": "neighbours"}
BLOCS = ("united_states", "european_union", "osce_un", "poland")

#: Whose advance a power answers: each camp watches the other, and Japan, of neither, China and the
#: power allied with it (matveeva-2004:205-233, 279).
WATCHED = dict.fromkeys(WEST, MOSCOW) | dict.fromkeys(MOSCOW, WEST) | {"japan": ("china", "russia")}

#: Region where the ruler and the force that he can send stand (matveeva-2004:31, icg-2016:35).
CAPITAL = "dushanbe"


@dataclass(frozen=True)
class PostFacts:
    """Service it belongs to, region its men come from, and whether it commands armed men.

    Regions are the base of a unit where the documents say so, else assumptions.
    """

    service: str
    region: str
    armed: bool = True


#: Head posts are those of their agency; the others as listed.
POST_FACTS = {agency: PostFacts(agency, "dushanbe") for agency in AGENCIES} | {
    "security_ministry": PostFacts("security_ministry", "khatlon"),  # matveeva-2004:63
    "border_troops": PostFacts("border_troops", "khatlon"),  # matveeva-2004:71
    "army": PostFacts("army", "khatlon"),  # edm-2004-09:7
    "customs": PostFacts("customs", "sughd", armed=False),
    "drug_control_agency": PostFacts("drug_control_agency", "dushanbe", armed=False),
    "presidential_guard": PostFacts("presidential_guard", "khatlon"),  # matveeva-2004:31
    "emergencies": PostFacts("army", "rasht"),  # icg-2016:87
    "rapid_reaction": PostFacts("interior_ministry", "dushanbe"),  # matveeva-2004:45
    "special_police": PostFacts("interior_ministry", "dushanbe"),  # icg-2016:115
    "deputy_defence": PostFacts("army", "khatlon"),  # icg-2016:83
    "badakhshan_border": PostFacts("border_troops", "gbao"),  # icg-2016:125
}


@dataclass(frozen=True)
class CommanderFacts:
    """Side in the civil war, region of the following, the service and the post he holds there.

    ``strong`` is one whose men the documents call able to defy the ruler or the last of their
    kind, ``devout`` one to whom they give a religious past or reason.
    """

    opposition: bool
    region: str
    post: str
    seat: str
    strong: bool = False
    devout: bool = False


COMMANDER_FACTS = {
    # matveeva-2004:31, 93
    "mirzoev": CommanderFacts(
        False, "khatlon", "presidential_guard", "presidential_guard", strong=True
    ),
    # matveeva-2004:45
    "kasymov": CommanderFacts(
        False, "dushanbe", "interior_ministry", "rapid_reaction", strong=True
    ),
    "ziyoyev": CommanderFacts(True, "rasht", "army", "emergencies", devout=True),  # icg-2016:87
    # icg-2016:115
    "khalimov": CommanderFacts(
        False, "dushanbe", "interior_ministry", "special_police", devout=True
    ),
    # icg-2016:35, 83
    "nazarzoda": CommanderFacts(True, "rasht", "army", "deputy_defence", devout=True),
    "khorog_commander": CommanderFacts(
        True, "gbao", "border_troops", "badakhshan_border"
    ),  # icg-2016:125
} | {
    f"head_of_{post}": CommanderFacts(False, facts.region, facts.service, post)
    for post, facts in POST_FACTS.items()
    if f"head_of_{post}" in COMMANDERS
}

_HELD = {COMMANDER_FACTS[name].seat for name in NAMED}

#: The commanders in post at the start: those named, and heads of posts that none of them holds.
FIRST_COMMANDERS = tuple(
    name for name in COMMANDERS if name in NAMED or COMMANDER_FACTS[name].seat not in _HELD
)

#: Patron of each network. The first twelve have one in office, whom no document names, but for the
#: border commander of the east whose men are accused of smuggling drugs; the rest have none: small
#: independent ones (icg-2016:125, 225).
NETWORK_PATRON = dict.fromkeys(NETWORKS[:12], "ruling_circle") | dict.fromkeys(NETWORKS[12:], "")
NETWORK_PATRON |= dict.fromkeys(NETWORKS[:12:6], "khorog_commander")

#: Sections of the Afghan line in the mountains (icg-2016:19, 177; matveeva-2004:157).
MOUNTAINS = tuple(name for name, region in SECTION_REGION.items() if region == "gbao")
