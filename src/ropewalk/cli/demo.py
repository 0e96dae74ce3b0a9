# SPDX-License-Identifier: Apache-2.0
"""`ropewalk demo`: a small network, and the lives of transport documents played on it.

A node of its own is started; every party has a key file and acts through the client over HTTP,
as anybody would.
"""

import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.panel import Panel

from ropewalk.cli.aftermath import look_back
from ropewalk.cli.child import ChildNode
from ropewalk.cli.cometbft import CometBft, find_cometbft
from ropewalk.cli.consortium import Charter, form, seats_here
from ropewalk.cli.exits import (
    CANNOT_START,
    UsageError,
    ending,
    errors,
    plain,
    write_json,
)
from ropewalk.cli.inviting import conclude, invite
from ropewalk.cli.lives import (
    CARRIER,
    CONSIGNEE,
    REDIRECTED_WAYBILL,
    ROLES,
    SHIPPER,
    Life,
    carrier_codes,
    life_of,
)
from ropewalk.cli.options import DEFAULT_LISTEN, Json, Listen
from ropewalk.cli.pages import Desk, write_desks
from ropewalk.cli.paperwork import Paperwork
from ropewalk.cli.quayside import Quayside
from ropewalk.cli.setup import RECOGNISED_LAWS, make_ledger
from ropewalk.cli.supervisor import Commands, Network, consortium_plan
from ropewalk.cli.traffic import FIRST, Background, feed, reports
from ropewalk.cli.troupe import Troupe
from ropewalk.cli.voyage import Voyage, find_document
from ropewalk.cli.wallet import GOVERNANCE, Wallet, controller_of, key_file, registration
from ropewalk.cli.watching import Place
from ropewalk.cli.yours import prepare
from ropewalk.client import (
    SECRET_SIZE,
    Actor,
    Controllers,
    Node,
    OnBoard,
    Outcome,
    Particulars,
    Shelf,
    TransportDocument,
    find_terms,
    issue,
    make_bundle,
    on_board_date,
    read_document,
    read_trust,
    share_content,
    tag,
    verify_bundle,
)
from ropewalk.codes import CalendarDate, CodeError, LegalEntityIdentifier
from ropewalk.crypto import generate, random_bytes, sha256_hex
from ropewalk.engines.opening import DataDirectory
from ropewalk.generator import Reported
from ropewalk.ledger import VALIDATORS_MAX

GOVERNING_LAW = "GB"
ORIGIN = "ropewalk.example/demo"
PEERS = "127.0.0.1:0"
BOXES = 200
"""Of the week that goes on while the demo serves, unless told otherwise."""
CONSORTIUM_READY_S = 120.0
FOLLOW_S = 30.0
"""For the other members to stand where one of them is."""

UNNAMED = "a box bears a number with a wrong check digit, which no event may name"
"""Why the carrier states an on-board date that no loading event carries."""

EXAMPLES = Path(__file__).parents[3] / "examples"
EXAMPLE_NAMES = ("to-order.json", "blank.json", "waybill.json")


def demo(
    once: Annotated[bool, typer.Option("--once", help="Play, write the results, end.")] = False,
    document: Annotated[
        list[Path] | None,
        typer.Option("--document", help="DCSA EBL 3.0 transport document, taken unedited."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Directory to make, or an empty one.")
    ] = None,
    validators: Annotated[
        int,
        typer.Option(
            min=0,
            max=VALIDATORS_MAX,
            help="Play on a consortium of so many members here, led by CometBFT; 0: on one node.",
        ),
    ] = 0,
    boxes: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=20_000,
            help="Boxes of a line's week whose events are claimed: with --once all at once, none "
            "by default; else little by little while the node serves, 200 by default.",
        ),
    ] = None,
    listen: Listen = DEFAULT_LISTEN,
    cometbft: CometBft = None,
    as_json: Json = False,
) -> None:
    """Start a small network and play the lives of transport documents on it.

    Without --once the node goes on serving until SIGTERM or Ctrl-C, and a line's week goes on.
    """
    with ending(as_json=as_json):
        signal.signal(signal.SIGTERM, _end_quietly)
        documents = [read_document(path) for path in document or _examples()]
        folder = _empty_folder(out)
        address = "127.0.0.1:0" if once else listen
        stage = Stage(folder, documents)
        running = stage.consortium if validators else stage.alone
        program = find_cometbft(cometbft) if validators else None
        traffic = reports(boxes if boxes is not None else 0 if once else BOXES)
        begun = len(traffic) if once else FIRST
        with running(address, validators, program) as house:
            summary = stage.play(house.urls, on_examples=not document, traffic=traffic[:begun])
            if not once:
                signal.signal(signal.SIGINT, _end_quietly)
                _write(folder, summary, as_json=as_json)
                conclude(errors, summary)
                with stage.going_on(house.urls, traffic[begun:]):
                    invite(errors, house.urls[0], folder, summary)
                    house.wait()
        if once:
            if "voyage" in summary:
                summary["afterwards"] = look_back(folder, summary["voyage"]["bundle"])
            _write(folder, summary, as_json=as_json)


def _write(folder: Path, summary: dict[str, Any], *, as_json: bool) -> None:
    (folder / "summary.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"
    )
    if as_json:
        write_json(summary)


def _end_quietly(_signal: int, _frame: object) -> None:
    raise typer.Exit(0)


def _examples() -> list[Path]:
    found = [EXAMPLES / name for name in EXAMPLE_NAMES]
    if not all(path.is_file() for path in found):
        raise UsageError("the example documents come with the source; give --document FILE")
    return found


def _empty_folder(out: Path | None) -> Path:
    if out is None:
        return Path(tempfile.mkdtemp(prefix="ropewalk-demo-"))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not an empty directory")
    out.mkdir(parents=True, exist_ok=True)
    return out


@dataclass(frozen=True, slots=True)
class House:
    """Where a performance is given: the nodes, and a way to wait for their end."""

    urls: list[str]
    wait: Callable[[], None]


class Stage:
    """One performance: folder, keys, parties, and what was played."""

    def __init__(self, folder: Path, documents: Sequence[TransportDocument]) -> None:
        self._folder = folder
        self._documents = documents
        self._keys = folder / "keys"
        self.passphrase = random_bytes(24).hex()
        (folder / "passphrase").touch(mode=0o600)
        (folder / "passphrase").write_text(self.passphrase + "\n", encoding="utf-8")
        self._genesis = b""
        self._wallet = Wallet(self._keys, self.passphrase)
        self._shelf = Shelf(folder / "documents")
        self._parties: dict[str, Actor] = {}
        self._nodes: list[Node] = []
        self._acts: list[dict[str, Any]] = []
        self._supplied: list[dict[str, str]] = []
        self._desks = folder / "desks.json"
        self._papers: dict[str, str] = {}
        self._made: list[Desk] = []
        self._yours: dict[str, Any] | None = None

    @contextmanager
    def alone(self, listen: str, _count: int, _program: Path | None) -> Iterator[House]:
        """One node with a ledger of its own."""
        data, log = self._folder / "data", self._folder / "node.log"
        laws = list(RECOGNISED_LAWS)
        directory = DataDirectory(data)
        self._genesis = make_ledger(
            directory, self._keys, self.passphrase, origin=ORIGIN, laws=laws
        )
        self._shelf = Shelf(directory.documents)
        with ChildNode(
            data, listen, self.passphrase, log, "--open-events", "--demo-desks", str(self._desks)
        ) as child:

            def wait() -> None:
                if child.wait():
                    errors.print(f"the node ended by itself; its log is {log}")
                    raise typer.Exit(CANNOT_START)

            yield House([child.url], wait)

    @contextmanager
    def consortium(self, listen: str, count: int, program: Path | None) -> Iterator[House]:
        """A consortium of members who do not trust one another, all of them here."""
        if program is None:
            raise UsageError("a consortium needs CometBFT: run `ropewalk engine install`")
        network = self._folder / "network"
        charter = Charter(origin=ORIGIN, laws=list(RECOGNISED_LAWS), governance=())
        form(network, seats_here(count, listen, PEERS), self.passphrase, charter)
        self._keys = network / "keys"
        self._wallet = Wallet(self._keys, self.passphrase)
        self._genesis = (network / "genesis.json").read_bytes()
        (self._folder / "data").symlink_to(Path("network") / "node0")
        self._shelf = Shelf(DataDirectory(self._folder / "data").documents)
        ended = threading.Event()
        more = ("--open-events", "--demo-desks", str(self._desks.absolute()))

        def plan(place: Place, cometbft: Path) -> Commands:
            return consortium_plan(place, cometbft, *more)

        with Network(network, self.passphrase, cometbft=program, plan=plan) as running:
            errors.print(f"{count} validators start; each decides nothing alone")
            running.await_ready(CONSORTIUM_READY_S)
            yield House(running.urls, lambda: _until(ended))

    def play(
        self, urls: Sequence[str], *, on_examples: bool, traffic: Sequence[Reported] = ()
    ) -> dict[str, Any]:
        """Enrol the parties, play every life, write the bundles, report a week; the summary.

        Every party goes by a node of its own where there are several.
        """
        (self._folder / "genesis.json").write_bytes(self._genesis)
        with ExitStack() as stack:
            self._nodes = [stack.enter_context(Node(url)) for url in urls]
            for node in self._nodes:
                node.await_ready(30)
            self._enrol()
            titles = [
                self._live(self._nodes[0], document, redirects=on_examples)
                for document in self._documents
            ]
            voyage = self._voyage(self._nodes[0]) if on_examples else {}
            if on_examples:
                self._prepare_yours()
            feed(self._parties, traffic, self._note)
        return {
            "format": "ropewalk-demo-summary/1",
            "network": sha256_hex(self._genesis),
            "parties": {name: actor.controller for name, actor in self._parties.items()},
            "titles": titles,
            "acts": self._acts,
            "supplied": self._supplied,
            **voyage,
        }

    @contextmanager
    def going_on(self, urls: Sequence[str], traffic: Sequence[Reported]) -> Iterator[Background]:
        """The rest of the week, claimed in the background, each by a party's own node."""
        with ExitStack() as stack:
            nodes = {url: stack.enter_context(Node(url)) for url in urls}
            parties = {
                name: replace(actor, node=nodes[actor.node.url])
                for name, actor in self._parties.items()
            }
            yield stack.enter_context(Background(parties, traffic))

    def _voyage(self, node: Node) -> dict[str, Any]:
        """The voyage told whole; its bundle is written beside the others."""
        errors.print(Panel("a voyage: Valparaíso to Shanghai, USD 412,000", expand=False))
        troupe = Troupe(self._parties, self._shelf, self._note, GOVERNING_LAW)
        told = Voyage(troupe, find_document(EXAMPLES)).play()
        told["bundle"], told["verified"] = self._bundle(node, told["title"])
        return {"voyage": told}

    def _prepare_yours(self) -> None:
        """A second voyage, for whoever opens the portal to play."""
        errors.print(Panel("a voyage of yours: made ready for the portal", expand=False))
        troupe = Troupe(self._parties, self._shelf, self._note, GOVERNING_LAW)
        self._yours = prepare(troupe, EXAMPLES)
        self._tell_portal()

    def _tell_portal(self) -> None:
        write_desks(self._desks, self._made, self._papers, self._yours)

    def _bundle(self, node: Node, title: str) -> tuple[str, bool]:
        """Write a title's bundle and verify it; its name, and whether it holds."""
        self._share(title)
        bundle = make_bundle(node, title, self._shelf.get(title))
        (self._folder / f"{title}.ropewalk.json").write_bytes(bundle)
        verdict = verify_bundle(bundle, read_trust(self._genesis), None)
        errors.print(f"  [green]bundle[/] {len(bundle):,} bytes, verified: {verdict.ok}")
        return f"{title}.ropewalk.json", verdict.ok

    def _share(self, title: str) -> None:
        """Put the document into the vault, for all who play: their desks open it."""
        carrier = self._parties[CARRIER]
        readers = [one.controller for one in self._parties.values() if one != carrier]
        others = [node for node in self._nodes if node is not carrier.node]
        self._papers[title] = share_content(carrier, self._shelf.get(title), readers, others)
        self._tell_portal()

    def _enrol(self) -> None:
        governance = self._wallet.actor(self._nodes[0], GOVERNANCE)
        self._supply("governing law", GOVERNING_LAW)
        for number, (name, roles) in enumerate(ROLES.items()):
            node = self._nodes[number % len(self._nodes)]
            key = generate()
            key.write(key_file(self._keys, name), self.passphrase)
            codes = carrier_codes(self._documents) if name == CARRIER else []
            body = registration(key.kid, roles, codes, self._lei(name))
            outcome = governance.act("identity.REGISTER_PARTY", body)
            self._note("identity.REGISTER_PARTY", GOVERNANCE, outcome, party=name)
            self._parties[name] = self._wallet.actor(node, name)
            self._made.append(Desk(name, self._parties[name].controller, roles, key))
            self._supply(f"key of {name}", key.kid)
            self._supply(f"controller of {name}", controller_of(key))
        self._tell_portal()

    def _lei(self, name: str) -> str:
        """The document's own LEI of shipper or consignee where it is right, else one of ours."""
        if name in (SHIPPER, CONSIGNEE) and len(self._documents) == 1:
            party = self._documents[0].party(name)
            if party is not None and party.lei:
                lei = LegalEntityIdentifier.parse(party.lei)
                if lei.check_digits_hold:
                    return str(lei)
        base = "0000" + sha256_hex(name.encode())[:14].upper()
        digits = "".join(str(int(letter, 36)) for letter in base + "00")
        lei_text = f"{base}{98 - int(digits) % 97:02d}"
        self._supply(f"LEI of {name}", lei_text)
        return lei_text

    def _live(self, node: Node, document: TransportDocument, *, redirects: bool) -> dict[str, Any]:
        life = life_of(document)
        if redirects and document.life == "waybill":
            life = REDIRECTED_WAYBILL
        errors.print(Panel(plain(f"{document.reference}: {document.life}"), expand=False))
        for warning in document.warnings:
            where = warning.where or "document"
            errors.print("  warning: " + plain(f"{where}: {warning.text}"))
        secret = random_bytes(SECRET_SIZE)
        terms = find_terms(document, secret)
        quayside = Quayside(self._parties, self._note, document, secret)
        if terms is None or not terms.cargo.equipments:
            self._supply(
                str(document.reference), "no boxes that a bill can tell: no cargo is moved"
            )
            quayside.boxes.clear()
        identifier = self._issue(document, life, quayside, secret)
        for act in life.acts:
            actor = self._parties[act.actor]
            members = {act.member: self._parties[act.other].controller} if act.member else {}
            outcome = actor.act_on(f"title.{act.name}", identifier, **members)
            self._note(f"title.{act.name}", act.actor, outcome, title=identifier, told=act.told)
        quayside.release(identifier, self._release_party(node, identifier), document)
        bundle, verified = self._bundle(node, identifier)
        _, record = node.title(identifier)
        return {
            "title": identifier,
            "reference": str(document.reference),
            "life": document.life,
            "status": record["status"],
            "bundle": bundle,
            "verified": verified,
            "warnings": [msgspec.to_builtins(warning) for warning in document.warnings],
        }

    def _release_party(self, node: Node, title: str) -> str:
        """Who the goods are due to: who surrendered the bill, or the waybill's consignee."""
        _, record = node.title(title)
        due = record.get("claimant") or record["consignee"]
        return next(name for name, actor in self._parties.items() if actor.controller == due)

    def _on_board(
        self, document: TransportDocument, quayside: Quayside, secret: bytes
    ) -> OnBoard | None:
        """Let the terminal load what the document says is on board; None where it does not say.

        Where a box's number is none that an event may name, the carrier's reason stands for it.
        """
        date = on_board_date(document)
        try:
            days = CalendarDate.parse(date).days
        except CodeError:
            return None
        if not quayside.boxes or days > self._parties[CARRIER].now_s() // 86_400:
            return None
        if quayside.load(document, date):
            return OnBoard(date)
        self._supply("the reason for an on-board date without loading events", UNNAMED)
        return OnBoard(date, override=tag(secret, "override", UNNAMED))

    def _issue(
        self, document: TransportDocument, life: Life, quayside: Quayside, secret: bytes
    ) -> str:
        needs_consignee = not document.is_to_order or document.party(CONSIGNEE) is not None
        self._supply("controllers of the document's parties", "the demo's own stand in for them")
        self._supply("booking and shipping instructions", "made from what the document says")
        draft = Paperwork(self._parties, self._shelf, self._note).approved_draft(document)
        identifier, outcome = issue(
            self._parties[CARRIER],
            self._shelf,
            document,
            GOVERNING_LAW,
            Controllers(
                shipper=self._parties[SHIPPER].controller,
                consignee=self._parties[CONSIGNEE].controller if needs_consignee else "",
                endorsee=self._parties[life.endorsee].controller if life.endorsee else "",
            ),
            Particulars(
                secret=secret,
                on_board=self._on_board(document, quayside, secret),
                draft=draft,
            ),
        )
        self._note(
            "title.ISSUE", CARRIER, outcome, title=identifier, told=f"{CARRIER}: ISSUE → {SHIPPER}"
        )
        return identifier

    def _note(self, act: str, actor: str, outcome: Outcome, *, told: str = "", **more: str) -> None:
        self._acts.append(
            {
                "act": act,
                "actor": actor,
                **more,
                "transaction": outcome.transaction,
                "outcome": outcome.status,
                "height": outcome.height,
                "position": outcome.position,
            }
        )
        if told:
            errors.print(f"  [cyan]{outcome.height:>4}[/] {told}: {outcome.status}")
        outcome.require_committed()
        for node in self._nodes if len(self._nodes) > 1 else ():  # the others, whichever they are
            node.await_height(outcome.height, FOLLOW_S)

    def _supply(self, what: str, value: str) -> None:
        entry = {"what": what, "value": value}
        if entry not in self._supplied:
            self._supplied.append(entry)


def _until(ended: threading.Event) -> None:
    while not ended.wait(1.0):
        pass
