"""Steps 2 to 5: Melati's first licence, her taxpayer number, her second licence with KSWP and an officer."""

from demo.story import answers
from demo.story.cast import MELATI
from demo.story.checking import expect, expect_same, until
from demo.story.telling import Story, Told, expect_counts, watch

OSS, ACTIVATION = "business-licence", "activation"


def first_licence(story: Story, told: Told) -> None:
    """The first form: who she is arrives filled; how to reach her and her plan are typed."""
    melati, views = story.id("melati"), story.views
    opened = story.opened("melati", "licensing", OSS)
    expect("boxes when opened", {"asked": 33, "key": 1, "filled": 9, "open": 23}, opened)
    typed = answers.shop(story.cast, MELATI) | answers.contact(story.cast, "melati")
    receipt, since = story.submit("melati", "licensing", OSS, typed)
    expect_counts(told, receipt, asked=33, key=1, filled=9, typed=22, left_empty=1)
    expect("status of the application", "TERBIT", receipt["status"])
    expect("digits of the NIB", 13, len(receipt["nib"]))
    story.cast.nib = receipt["nib"]
    watch(told, since, {
        "licensing": lambda: views.oss(melati).get("email") == typed["email"],
        "tax": lambda: views.activation(melati).get("trade_name") == typed["trade_name"]
        and views.activation(melati).get("email") == typed["email"],
        "portal": lambda: views.tracked(melati).get(receipt["application_id"]) == "TERBIT",
    })  # fmt: skip


def activate(story: Story, told: Told) -> None:
    """The tax form, after the licence has arrived: nothing is typed a second time."""
    melati, views = story.id("melati"), story.views
    opened = story.opened("melati", "tax", ACTIVATION)
    expect("boxes when opened", {"asked": 30, "key": 1, "filled": 24, "open": 5}, opened)
    receipt, since = story.submit("melati", "tax", ACTIVATION, answers.activation(story.cast, MELATI))
    expect_counts(told, receipt, asked=30, key=1, filled=24, typed=5, left_empty=0)
    expect("NITKU serials", ["000000", "000001"], views.serials(melati))
    expect_same("the NPWP is her NIK", story.cast.nik(MELATI), receipt["npwp"])
    watch(told, since, {
        "licensing": lambda: views.oss(melati).get("npwp") == receipt["npwp"],
        "portal": lambda: views.tracked(melati).get(receipt["application_id"]) == "DISETUJUI",
    })  # fmt: skip


def second_licence(story: Story, told: Told) -> None:
    """Twelve boxes are filled now; tax is asked whether her status is in order, and answers by itself."""
    melati, views = story.id("melati"), story.views
    opened = story.opened("melati", "licensing", OSS)
    expect("boxes when opened", {"asked": 33, "key": 1, "filled": 12, "open": 20}, opened)
    receipt, since = story.submit("melati", "licensing", OSS, answers.restaurant(story.cast, MELATI))
    expect_counts(told, receipt, asked=33, key=1, filled=12, typed=20, left_empty=0)
    expect("status of the application", "MENUNGGU_KSWP", receipt["status"])
    expect("status of the licence", "BELUM_TERVERIFIKASI", receipt["licence_status"])
    expect_same("one NIB for both licences", story.cast.nib, receipt["nib"])
    story.cast.applications["restaurant"] = application = receipt["application_id"]
    watch(told, since, {
        "licensing": lambda: views.case(application).get("status") == "MENUNGGU_VERIFIKASI",
        "tax": lambda: "000002" in views.serials(melati) and views.kswp(melati) == ["VALID"],
        "portal": lambda: views.tracked(melati).get(application) == "MENUNGGU_VERIFIKASI",
    })  # fmt: skip
    expect("KSWP's result at licensing", "VALID", views.case(application)["kswp"])
    expect("NITKU serials", ["000000", "000001", "000002"], views.serials(melati))


def verify(story: Story, told: Told) -> None:
    """Licensing's officer verifies the standard certificate."""
    melati, views = story.id("melati"), story.views
    application = story.cast.applications["restaurant"]
    officer = story.doors.officer("licensing")
    decided = officer.post("licensing", f"/applications/{application}/verify", {}, 200)
    expect("status of the application", "TERBIT", decided["status"])
    watch(told, officer.answered_at, {"portal": lambda: views.tracked(melati).get(application) == "TERBIT"})
    statuses = sorted(one["status"] for one in views.licences(melati))
    expect("statuses of her licences", ["TERBIT", "TERVERIFIKASI"], statuses)
    until("still one NIB", lambda: {one["nib"] for one in views.licences(melati)} == {story.cast.nib})
