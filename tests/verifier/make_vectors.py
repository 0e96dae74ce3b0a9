# SPDX-License-Identifier: Apache-2.0
"""Write the vectors of title bundles, or check that writing them again would change nothing.

    PYTHONPATH=src:tests python tests/verifier/make_vectors.py [--check]

vectors/bundle/README.md says what each file holds.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ropewalk.client import Verdict, read_trust, verify_bundle
from verifier.forge import TIME_S
from verifier.forged import forgeries
from verifier.forged_controls import ASKED_FOR, CHALLENGE
from verifier.mutate import flips, may_name, mutations
from verifier.steps import Mutation, mutated
from verifier.stories import told
from verifier.telling import NOW_S, judge

VECTORS = Path(__file__).parents[2] / "vectors" / "bundle"
FLIPPED = {
    "consortium-changed": "genesis-consortium.json",
    "succession": "genesis.json",
    "succession-consortium-older": "genesis-consortium.json",
    "threshold-consents": "genesis.json",
    "to-order-held": "genesis.json",
    "witnessed-twice": "policy-two-of-two.json",
}
FLIPS = 40


def shown(verdict: Verdict) -> dict[str, object]:
    """A verdict as the vectors write it down; `detail` is each verifier's own wording."""
    return {
        "failed_item": verdict.failed_item,
        "not_proven": verdict.not_proven,
        "ok": verdict.ok,
        "proven": verdict.proven,
    }


def made_anew() -> dict[str, bytes]:
    """Every file of the vectors by its name.

    Raises:
        ValueError: a changed bundle is not refused for the reason that it should be.
    """
    with tempfile.TemporaryDirectory() as directory:
        files, cases = told(Path(directory) / "data")
    listed = [*mutations(files), *_flipped(files)]
    _check(files, listed)
    for name, case in cases.items():
        verdict = judge(
            files[case.bundle],
            read_trust(files[case.trust]),
            case.now_s,
            files.get(case.challenge),
        )
        described = {**case.description(), "verdict": shown(verdict)}
        text = json.dumps(described, indent=1, sort_keys=True)
        files[f"{name}.verdict.json"] = f"{text}\n".encode("ascii")
    files["mutated.json"] = _lines(NOW_S, [each.description() for each in listed])
    files[CHALLENGE] = ASKED_FOR
    forged = [each.description() for each in forgeries()]
    files["forged.json"] = _lines(TIME_S, forged)
    return files


def _flipped(files: Mapping[str, bytes]) -> list[Mutation]:
    found = []
    for name, trust in FLIPPED.items():
        base = f"{name}.ropewalk.json"
        trusted = read_trust(files[trust])
        for number, (offset, bits, part) in enumerate(flips(name, files[base], FLIPS)):
            step = {"bits": bits, "offset": offset, "step": "flip"}
            item = verify_bundle(mutated(files[base], [step]), trusted, NOW_S).failed_item
            if not may_name(item, part):
                raise ValueError(f"{base}: flipped at {offset}, in {part}: {item or 'accepted'}")
            found.append(Mutation(f"flip: {name} {number}", base, [step], item, trust))
    return found


def _check(files: Mapping[str, bytes], listed: list[Mutation]) -> None:
    for each in listed:
        data, trust = mutated(files[each.base], each.steps), read_trust(files[each.trust])
        item = judge(data, trust, NOW_S, files.get(each.challenge)).failed_item
        if item != each.failed_item:
            raise ValueError(f"{each.name}: {item or 'nothing'} failed, not {each.failed_item}")


def _lines(now_s: int, cases: list[dict[str, object]]) -> bytes:
    """JSON with a line for each case."""
    lines = ",\n".join(json.dumps(case, sort_keys=True) for case in cases)
    return f'{{"now": {now_s}, "cases": [\n{lines}\n]}}\n'.encode("ascii")


def differences(made: Mapping[str, bytes]) -> list[str]:
    """Names of files that are not what is made anew, missing or surplus ones included."""
    kept = {path.name: path.read_bytes() for path in VECTORS.iterdir() if path.suffix == ".json"}
    return [name for name in sorted(made.keys() | kept.keys()) if made.get(name) != kept.get(name)]


def main(words: list[str]) -> int:
    """Run as a program; the exit code."""
    made = made_anew()
    if words == ["--check"]:
        for name in differences(made):
            sys.stderr.write(f"{name} is not what it was\n")
        return 1 if differences(made) else 0
    for name in differences(made):
        if name in made:
            (VECTORS / name).write_bytes(made[name])
        else:
            (VECTORS / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
