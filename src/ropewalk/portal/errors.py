# SPDX-License-Identifier: Apache-2.0
"""Refusals of the portal; each answered as a page that says what to do."""

from ropewalk.api import ApiError


class NoSuchPageError(ApiError):
    """There is no such page, or nothing on the ledger under this id."""

    status = 404
    code = "portal.no_such_page"
    number = 7650


class ForeignRequestError(ApiError):
    """A request that changes something did not come from a page of this node."""

    status = 403
    code = "portal.foreign_request"
    number = 7651


class NoSessionError(ApiError):
    """Nobody is logged in here."""

    status = 401
    code = "portal.no_session"
    number = 7652


class PasskeyError(ApiError):
    """A passkey was not made or not used as asked; try again."""

    status = 400
    code = "portal.passkey"
    number = 7653


class PaperError(ApiError):
    """Where a title's document lies is not taken: there is no such title, or no party says so."""

    status = 403
    code = "portal.paper"
    number = 7654


class GateAnswerError(ApiError):
    """An answer to a gate is none, or is not by who holds the right; ask and answer anew."""

    status = 400
    code = "portal.gate_answer"
    number = 7655


class MalformedSheetError(ApiError):
    """A sheet can't be made of this: no document, or not the one that was issued."""

    status = 400
    code = "portal.malformed_sheet"
    number = 7656


class NameRefusedError(ApiError):
    """A party is not named so: the name can't be one, is another's, or is not yours to give."""

    status = 403
    code = "portal.name"
    number = 7657


class LongStatementError(ApiError):
    """More postings than a sheet takes; ask for fewer days, or for CSV, which takes all."""

    status = 400
    code = "portal.long_statement"
    number = 7658
