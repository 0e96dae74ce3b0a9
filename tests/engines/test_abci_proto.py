# SPDX-License-Identifier: Apache-2.0
"""Our statement of ABCI's messages against CometBFT's own, where its Go module is at hand."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from ropewalk.cli.cometbft import MODULE, VERSION
from ropewalk.engines import abci_pb2

FILES = (
    "tendermint/abci/types.proto",
    "tendermint/crypto/keys.proto",
    "tendermint/crypto/proof.proto",
    "tendermint/types/params.proto",
    "tendermint/types/validator.proto",
)
LEFT_OUT = {("PublicKey", "mldsa65")}
"""Fields that CometBFT has and this network never sees: its keys are Ed25519."""

Message = dict[str, tuple[int, int, int, str]]


def module_folder(name: str, version: str) -> Path:
    """A Go module in the module cache; skipped, or failed in CI, where it can't be had."""
    told = subprocess.run(
        ["go", "mod", "download", "-json", f"{name}@{version}"],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "GOFLAGS": "-mod=mod"},
    )
    if told.returncode:
        if os.environ.get("CI") == "true":
            pytest.fail(told.stderr)
        pytest.skip("Go can't fetch CometBFT's module")
    return Path(json.loads(told.stdout)["Dir"])


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> descriptor_pb2.FileDescriptorSet:
    if importlib.util.find_spec("grpc_tools") is None:
        pytest.skip("grpcio-tools is not installed")
    try:
        folder = module_folder(MODULE.partition("/cmd")[0], VERSION)
    except FileNotFoundError:
        if os.environ.get("CI") == "true":
            pytest.fail("Go is missing")
        pytest.skip("Go is missing")
    gogo = _gogoproto(folder)
    out = tmp_path_factory.mktemp("proto") / "set"
    include = Path(importlib.util.find_spec("grpc_tools").origin).parent / "_proto"  # type: ignore[union-attr,arg-type]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder / 'proto'}", f"-I{gogo}",
         f"-I{include}", "--include_imports", f"--descriptor_set_out={out}", *FILES],
        check=True,
    )  # fmt: skip
    found = descriptor_pb2.FileDescriptorSet()
    found.ParseFromString(out.read_bytes())
    return found


def _gogoproto(folder: Path) -> Path:
    for line in (folder / "go.mod").read_text(encoding="utf-8").splitlines():
        if line.strip().startswith("github.com/cosmos/gogoproto "):
            name, version = line.split()[:2]
            return module_folder(name, version)
    raise AssertionError("CometBFT's go.mod does not name gogoproto")


def _message(proto: descriptor_pb2.DescriptorProto) -> Message:
    return {
        field.name: (field.number, field.label, field.type, field.type_name.rpartition(".")[2])
        for field in proto.field
    }


def _enum(proto: descriptor_pb2.EnumDescriptorProto) -> dict[str, int]:
    return {value.name: value.number for value in proto.value}


def _stated(files: Any) -> tuple[dict[str, Message], dict[str, dict[str, int]]]:
    messages: dict[str, Message] = {}
    enums: dict[str, dict[str, int]] = {}
    for file in files:
        for message in file.message_type:
            name = message.name
            if file.package == "tendermint.types" and name == "Validator":
                continue  # another one than ABCI's
            messages[name] = _message(message)
            enums |= {f"{name}.{enum.name}": _enum(enum) for enum in message.enum_type}
        enums |= {enum.name: _enum(enum) for enum in file.enum_type}
    return messages, enums


def test_our_messages_are_cometbfts(theirs: descriptor_pb2.FileDescriptorSet) -> None:
    own = descriptor_pb2.FileDescriptorProto()
    abci_pb2.DESCRIPTOR.CopyToProto(own)
    messages, enums = _stated([own])
    their_messages, their_enums = _stated(
        file for file in theirs.file if file.package.startswith("tendermint.")
    )
    assert enums.items() <= their_enums.items()
    for name, message in messages.items():
        expected = {
            field: what
            for field, what in their_messages[name].items()
            if (name, field) not in LEFT_OUT
        }
        assert message == expected, name


def test_every_message_of_abci_is_stated(theirs: descriptor_pb2.FileDescriptorSet) -> None:
    (abci,) = (file for file in theirs.file if file.name == FILES[0])
    needed = {message.name for message in abci.message_type} - {"TxResult"}
    assert needed <= set(abci_pb2.DESCRIPTOR.message_types_by_name)


def test_what_is_generated_is_what_the_proto_says(tmp_path: Path) -> None:
    if importlib.util.find_spec("grpc_tools") is None:
        pytest.skip("grpcio-tools is not installed")
    source = Path(abci_pb2.__file__).parents[2]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{source}", f"--python_out={tmp_path}",
         "ropewalk/engines/abci.proto"],
        check=True,
    )  # fmt: skip
    made = (tmp_path / "ropewalk" / "engines" / "abci_pb2.py").read_bytes()
    assert made == Path(abci_pb2.__file__).read_bytes(), "run `make proto`"
