# SPDX-License-Identifier: Apache-2.0
"""What ETDA and MLETR ask of a system, the rule that answers, and the tests that show it.

Paraphrased for orientation; read the statute before you rely on it. Each test is named by file and
function, so that its result in this build can be looked up. Source: UK Electronic Trade Documents
Act 2023, s. 2; UNCITRAL Model Law on Electronic Transferable Records (2017), arts. 10 to 18.
"""

from typing import NamedTuple


class Point(NamedTuple):
    """One thing a law asks."""

    source: str
    asks: str
    answer: str
    tests: tuple[str, ...]
    """`tests/<file>.py::<function>`; every case of it counts."""


ETDA, MLETR = "ETDA 2023", "MLETR"

POINTS = (
    Point(
        f"{ETDA} s. 2(2)(a)",
        "the document can be told from any copy of it",
        "One live record a carrier's reference; every export verifies as a copy of title X at "
        "height H.",
        (
            "tests/title/test_issue.py::test_a_reference_is_used_once_whatever_becomes_of_the_title",
            "tests/title/test_amend.py::test_a_reference_that_was_amended_away_is_never_used_again",
            "tests/client/test_verify.py::test_a_golden_bundle_gets_its_verdict",
        ),
    ),
    Point(
        f"{ETDA} s. 2(2)(b)",
        "the document is protected against unauthorised alteration",
        "Content is bound by a commitment at issue, acts by signatures and hashes, the log by "
        "signed checkpoints; the audit executes everything again.",
        (
            "tests/client/test_verify.py::test_a_changed_bundle_fails_where_it_was_changed",
            (
                "tests/verifier/test_javascript.py::"
                "test_every_changed_bundle_gets_the_verdict_that_python_gives"
            ),
            "tests/harness/test_damage.py",
            "tests/harness/test_edits.py",
            "tests/title/test_amend.py::test_a_third_party_can_t_amend",
        ),
    ),
    Point(
        f"{ETDA} s. 2(2)(c)",
        "no more than one person, or group acting jointly, exercises control at a time",
        "Exactly one controller is in control at every position of the log; of conflicting acts "
        "one succeeds.",
        (
            "tests/title/test_concurrency.py",
            "tests/model/test_adversarial.py",
            "tests/model/test_small_world.py",
            "tests/title/test_paper.py::test_on_paper_the_electronic_title_refuses_every_act",
        ),
    ),
    Point(
        f"{ETDA} s. 2(2)(d)",
        "whoever can exercise control is able to demonstrate it",
        "A bundle shows it as of a block, a lease for a window, an answered challenge now.",
        (
            "tests/title/test_control.py",
            "tests/cli/test_roles.py::test_a_page_runs_as_it_stands",
            "tests/title/test_lease.py",
        ),
    ),
    Point(
        f"{ETDA} s. 2(2)(e)",
        "a transfer deprives whoever had control before of it",
        "From the position of the transfer on, no act of the former possessor is accepted.",
        (
            (
                "tests/title/test_transfer.py::"
                "test_after_a_transfer_no_act_of_the_old_possessor_is_accepted"
            ),
            "tests/title/test_control.py::test_a_past_holder_can_t_answer",
        ),
    ),
    Point(
        f"{ETDA} s. 2(5)(a)",
        "rules of the system that apply to its operation",
        "One rule table, its reference generated from it; governance by members, m of n.",
        (
            "tests/test_vectors.py::test_vector",
            "tests/test_vectors.py::test_every_refusal_of_an_act_has_a_vector",
            "tests/cli/test_reference.py",
            "tests/identity/test_members.py",
        ),
    ),
    Point(
        f"{ETDA} s. 2(5)(b)",
        "measures taken to secure the integrity of information",
        "Acknowledged only when durable, read back and covered by a signed checkpoint; damage, "
        "crashes, power cuts and failing disks are tried.",
        (
            "tests/harness/test_crashes.py",
            "tests/harness/test_io_faults.py",
            "tests/harness/test_power_cuts.py",
            "tests/harness/test_fsync_gate.py",
            "tests/harness/test_rollback.py",
            "tests/harness/test_backup.py",
        ),
    ),
    Point(
        f"{ETDA} s. 2(5)(c)",
        "measures taken to prevent unauthorised access to and use of the system",
        "Only a controller's own valid keys act, as many and of such roles as it asks for; "
        "recovery needs a quorum and a delay.",
        (
            "tests/identity/test_authorise.py",
            "tests/identity/test_policy.py",
            "tests/identity/test_mandate.py",
            "tests/identity/test_recovery.py",
            "tests/identity/test_approve.py",
            "tests/crypto/test_signature.py",
            "tests/api/test_policy.py",
        ),
    ),
    Point(
        f"{ETDA} s. 2(5)(d)",
        "security of hardware and software",
        "Parsers and the HTTP edge are bounded and refuse odd input; dependencies are pinned by "
        "hash. Hardware is the operator's.",
        (
            "tests/api/test_protocol.py",
            "tests/api/test_edge.py",
            "tests/api/test_openapi.py",
            "tests/crypto/test_strict_json.py",
        ),
    ),
    Point(
        f"{ETDA} s. 2(5)(e)",
        "regularity and extent of audit by an independent body",
        "Anybody can execute the whole log again with a program that trusts no stored root; how "
        "often an independent body does so is for the operator to show.",
        ("tests/audit/test_directory.py",),
    ),
    Point(
        f"{ETDA} s. 2(5)(f), (g)",
        "assessment by a supervisory body; voluntary schemes and industry standards",
        "Standards kept to: DCSA EBL 3.0 and PINT 3.0.0 words, RFC 9162, ICS-23, C2SP. Whether "
        "anybody assessed this deployment, no program can show.",
        (
            "tests/tlog/test_ics23.py",
            "tests/tlog/test_vectors.py",
            "tests/cli/test_demo.py",
        ),
    ),
    Point(
        f"{MLETR} art. 10, 11",
        "singularity, integrity, exclusive control by an identified person",
        "As above; a private controller opens itself to carrier and counterparty.",
        (
            "tests/title/test_invariants.py",
            "tests/client/test_disclosure.py",
        ),
    ),
    Point(
        f"{MLETR} art. 13",
        "indication of time and place",
        "Every act stands in a block with a time that never goes back.",
        ("tests/harness/test_clock.py", "tests/ledger/test_block.py"),
    ),
    Point(
        f"{MLETR} art. 15",
        "endorsement",
        "The chain of endorsements is contiguous and hash-linked; a restricted endorsee is never "
        "passed over.",
        (
            "tests/title/test_endorse.py",
            "tests/title/test_replace.py::test_a_restricted_endorsee_gains_no_right_by_splitting",
        ),
    ),
    Point(
        f"{MLETR} art. 16",
        "amended information is identified as such",
        "An amended document is a new title, linked both ways, with everybody's approval; both "
        "stay provable.",
        ("tests/title/test_amend.py",),
    ),
    Point(
        f"{MLETR} art. 17, 18",
        "change of medium: the new form says so, the old one ceases",
        "The record ends in the act in which paper takes its place, and the other way round; no "
        "paper serves twice.",
        ("tests/title/test_paper.py",),
    ),
)

STATED_LIMITS = (
    "This is evidence, not legal effect: the law that governs the document decides.",
    "It shows what this build did when it was tested, not how a deployment is run.",
    "No ledger proves that goods exist, only who signed that they do.",
    "Control is not entitlement: a thief who has the keys has control.",
)
