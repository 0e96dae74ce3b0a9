# SPDX-License-Identifier: Apache-2.0
"""The one policy function of writing: do these signatures speak for that actor, here?

Whether a key authorises is decided by the position in the log, never by a claimed time, so a
stolen key can't back-date. Source: reliability requirements I7, I38; TH13.
"""

from collections.abc import Sequence

from ropewalk.identity.errors import (
    RevokedKeyError,
    ThresholdNotMetError,
    UnknownKeyError,
)
from ropewalk.identity.state import Controller, load_controller
from ropewalk.ledger import View


def authorise(
    view: View, actor: str, signers: Sequence[str], position: int, *, one_key: bool = False
) -> None:
    """Let the signers act for the controller, or refuse.

    Args:
        view: the state before the act.
        actor: controller id the transaction names.
        signers: key ids whose signatures hold.
        position: where the act's entry will stand in the log.
        one_key: whether one valid key is enough, since the act gathers what others must sign.

    Raises:
        UnknownControllerError: no such controller.
        UnknownKeyError: a signature is by a key that is none of the controller's.
        RevokedKeyError: a signature is by a key revoked before this position.
        ThresholdNotMetError: too few distinct keys signed.
    """
    controller = load_controller(view, actor)
    for kid in signers:
        _require_valid(controller, kid, position)
    if len(set(signers)) < (1 if one_key else controller.threshold):
        raise ThresholdNotMetError(f"{len(set(signers))} of {controller.threshold} keys signed")


def _require_valid(controller: Controller, kid: str, position: int) -> None:
    for key in controller.keys:
        if key.kid == kid:
            if key.revoked and position >= key.revoked:
                raise RevokedKeyError(kid)
            if key.added < position:
                return
    raise UnknownKeyError(kid)
