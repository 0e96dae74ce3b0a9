# SPDX-License-Identifier: Apache-2.0
"""The house's own rules, which no linter knows."""

import ast
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from ropewalk.ledger import Message, Record
from ropewalk.rules import V1

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "ropewalk"
TESTS = ROOT / "tests"
MODULES = sorted(path for path in SOURCES.rglob("*.py") if not path.match("*_pb2.py"))
PYTHON = [*MODULES, *sorted(TESTS.rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
CORE_ROOMS = (
    "capital",
    "codes",
    "crypto",
    "exchange",
    "identity",
    "ledger",
    "title",
    "tlog",
    "tracking",
)
NOT_PURE = {
    "crypto/jcs.py",
    "crypto/keys.py",
    "crypto/strict_json.py",
    "tracking/tnt30.py",
}
"""Documents and readings have fractions, keys are drawn and written: these serve the edges."""
CORE = [SOURCES / "rules.py"] + [
    path
    for room in CORE_ROOMS
    for path in sorted((SOURCES / room).glob("*.py"))
    if f"{room}/{path.name}" not in NOT_PURE
]
DOORS_INSIDE = {
    "engines.archive",
    "engines.backup",
    "engines.bulk",
    "engines.cometbft_home",
    "engines.consortium",
    "engines.embedded",
    "engines.errors",
    "engines.exporting",
    "engines.opening",
    "engines.port",
    "engines.rebuilding",
    "engines.succeeding",
}
"""An engine is opened by name: a door to all of it would load the database for whoever wants the
port alone."""
LINES_MODULE_MAX = 500
LINES_FUNCTION_MAX = 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=name_of)


def committed() -> list[Path]:
    """Files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no checkout")
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@each(PYTHON)
def test_a_module_begins_with_its_licence_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# SPDX-License-Identifier: Apache-2.0\n")
    assert ast.get_docstring(tree_of(path)), "no docstring"


@each(PYTHON)
def test_modules_and_functions_are_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LINES_MODULE_MAX
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function) and node.end_lineno is not None:
            assert node.end_lineno - node.lineno < LINES_FUNCTION_MAX, node.name


def test_rooms_are_one_level_deep() -> None:
    for path in MODULES:
        depth = len(path.relative_to(SOURCES).parts)
        assert depth == 2 or name_of(path) in {"src/ropewalk/__init__.py", "src/ropewalk/rules.py"}


@each(CORE)
def test_the_core_computes_with_integers_only(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        if isinstance(node, ast.BinOp | ast.AugAssign):
            assert not isinstance(node.op, ast.Div), f"line {node.lineno}: true division"
        if isinstance(node, ast.Name) and node.id == "float":
            assert path.name == "canonical.py", f"line {node.lineno}: float"


@each(CORE)
def test_the_core_depends_on_no_accident_of_the_process(path: Path) -> None:
    """`hash` and `id` differ from run to run, and so does the order of a set."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"hash", "id", "vars", "globals", "eval", "exec"}
        for walked in _walked(node):
            assert not _is_set(walked), f"line {walked.lineno}: a set is walked; sort it first"


def _walked(node: ast.AST) -> Iterator[ast.expr]:
    """What a node takes element by element, in order."""
    if isinstance(node, ast.For | ast.comprehension):
        yield node.iter
    if isinstance(node, ast.Call):
        orderly = isinstance(node.func, ast.Name) and node.func.id in {"list", "tuple", "enumerate"}
        joining = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
        if orderly or joining:
            yield from node.args
    if isinstance(node, ast.Starred):
        yield node.value


def _is_set(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"set", "frozenset"}
    if isinstance(node, ast.BinOp):
        return _is_set(node.left) or _is_set(node.right)
    return isinstance(node, ast.Set | ast.SetComp)


@each(MODULES)
def test_rooms_meet_at_the_door(path: Path) -> None:
    own = path.parent.name
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("ropewalk."):
            inside = node.module.removeprefix("ropewalk.")
            room, _, module = inside.partition(".")
            assert room == own or not module or inside in DOORS_INSIDE, node.module


@each(PYTHON)
def test_a_todo_names_its_issue(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = re.search(r"#\s*(TODO|FIXME|XXX)\b(.*)", line)
        assert not found or re.match(r"\(#\d+\)", found[2]), line


def every_struct(kind: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("ropewalk."):
            yield child
        yield from every_struct(child)


def test_the_fields_of_records_stand_in_alphabetical_order() -> None:
    """Records are encoded in the order of their fields, and canonical JSON is sorted."""
    kept = [*every_struct(Record)]
    for struct in kept:
        fields = struct.__struct_fields__
        assert list(fields) == sorted(fields), struct.__name__
        assert struct.__struct_config__.forbid_unknown_fields, struct.__name__
        assert struct.__struct_config__.frozen, struct.__name__
        for part in _parts(struct):
            inner = part.__struct_fields__
            assert list(inner) == sorted(inner), f"{part.__name__} in {struct.__name__}"
    assert {"Title", "Controller", "BlockEntry"} <= {struct.__name__ for struct in kept}


def test_what_a_record_leaves_out_is_one_object_everywhere() -> None:
    """A default is left out where it is the same object: only what Python has once may be one."""
    for struct in every_struct(Record):
        if not struct.__struct_config__.omit_defaults:
            continue
        for field in msgspec.structs.fields(struct):
            default = field.default
            alone = default in (None, "", (), msgspec.NODEFAULT) or isinstance(default, bool)
            small = isinstance(default, int) and -5 <= default <= 256
            assert alone or small, f"{struct.__name__}.{field.name}"


def _parts(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        inner = field.type
        if isinstance(inner, msgspec.inspect.ListType):
            inner = inner.item_type
        if isinstance(inner, msgspec.inspect.StructType):
            yield inner.cls


def test_bodies_of_acts_take_no_member_they_do_not_know() -> None:
    for rule in V1.rules.values():
        assert issubclass(rule.message, Message)
        assert rule.message.__struct_config__.forbid_unknown_fields, rule.name
        assert rule.message.__struct_config__.frozen, rule.name


@pytest.mark.parametrize("act", sorted(V1.rules))
def test_every_act_has_its_tests_and_vectors(act: str) -> None:
    rule = V1.rules[act]
    room, _, word = act.partition(".")
    module = rule.apply.__module__.rpartition(".")[2]
    tests = TESTS / room / f"test_{module}.py"
    assert f'"{word}"' in tests.read_text(encoding="utf-8"), f"{tests.name} never tries {word}"
    folder = ROOT / "vectors" / room / word.lower()
    assert list(folder.glob("*/post.json")), "no accepted vector"
    assert list(folder.glob("*/refused.json")), "no refused vector"


@pytest.mark.parametrize("act", sorted(V1.rules))
def test_every_act_says_how_it_is_refused_and_where_it_comes_from(act: str) -> None:
    rule = V1.rules[act]
    assert rule.message.__doc__
    assert rule.apply.__doc__
    assert "Raises:" in rule.apply.__doc__
    assert len(set(rule.refusals)) == len(rule.refusals)


def test_tests_lie_as_the_source_lies() -> None:
    rooms = {path.parent.name for path in MODULES} - {"ropewalk"}
    beside = {"browser", "consortium", "harness", "model", "planted", "simulator", "verifier"}
    for path in sorted(TESTS.rglob("test_*.py")):
        room = path.parent.relative_to(TESTS).as_posix()
        assert room == "." or room.partition("/")[0] in rooms | beside, path


@pytest.mark.parametrize("room", [*CORE_ROOMS])
def test_every_module_of_the_core_has_its_test_file(room: str) -> None:
    for path in sorted((SOURCES / room).glob("[!_]*.py")):
        if path.name == "errors.py":
            continue  # tests/test_errors.py holds every room's errors to the same promises
        assert (TESTS / room / f"test_{path.name}").is_file(), f"{room}/{path.name}"


def test_no_file_names_a_machines_folders_or_a_registrys_host() -> None:
    homes = "home|root|Users|work|mnt|workspace"
    machine = re.compile(rf"(?<![\w.}}/-])/(?:{homes})/[\w.-]+")
    registry = re.compile(
        r"(?:artifactory|nexus|devpi|pypi\.[a-z]+\.(?:local|internal|corp))", re.IGNORECASE
    )
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for pattern in (machine, registry):
            found = pattern.search(text)
            assert found is None or path == Path(__file__), f"{name_of(path)}: {found}"


def test_the_changelog_has_its_shape() -> None:
    path = ROOT / "CHANGELOG.md"
    if not path.is_file():
        pytest.skip("there is no changelog yet")
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings
    shape = re.compile(r"\[?(?:Unreleased|(\d+\.\d+\.\d+))\]?(?: - \d{4}-\d{2}-\d{2})?")
    versions = []
    for heading in headings:
        match = shape.fullmatch(heading)
        assert match, heading
        if match[1]:
            versions.append([int(part) for part in match[1].split(".")])
    assert all(newer > older for newer, older in pairwise(versions))
