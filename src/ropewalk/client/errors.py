# SPDX-License-Identifier: Apache-2.0
"""Errors of the client: what failed, and who can do something about it."""


class ClientError(Exception):
    """The client could not do as asked."""

    code = "client.error"
    number = 7850


class VerificationError(ClientError):
    """Something carried here does not prove what it should; `item` names it."""

    code = "client.not_proven"
    number = 7851

    def __init__(self, item: str, detail: str) -> None:
        super().__init__(f"{item}: {detail}")
        self.item = item
        self.detail = detail


class RefusedError(ClientError):
    """The ledger refused the act."""

    code = "client.refused"
    number = 7852

    def __init__(self, code: str, number: int, detail: str) -> None:
        super().__init__(f"{code} ({number}): {detail}" if detail else f"{code} ({number})")
        self.refusal_code = code
        self.refusal_number = number
        self.detail = detail


class UnknownOutcomeError(ClientError):
    """Whether the act was committed is not known; ask for `transaction` when the node is back."""

    code = "client.unknown_outcome"
    number = 7853

    def __init__(self, transaction: str, detail: str) -> None:
        super().__init__(f"outcome of {transaction} unknown: {detail}")
        self.transaction = transaction


class NotFoundError(ClientError):
    """The node does not know it."""

    code = "client.not_found"
    number = 7854


class UnreachableError(ClientError):
    """The node does not answer."""

    code = "client.unreachable"
    number = 7855


class PartiesError(ClientError):
    """The controllers given do not fit the parties that the document names."""

    code = "client.parties"
    number = 7856


class MalformedAnswerError(ClientError):
    """The node answered something else than the HTTP reference says."""

    code = "client.malformed_answer"
    number = 7857


class NotARequestError(ClientError):
    """The file is no booking request and no shipping instructions that can be told apart."""

    code = "client.not_a_request"
    number = 7858


class TemplateError(ClientError):
    """The template is not there, can't be read, or lacks a value that it asks for."""

    code = "client.template"
    number = 7859


class DraftError(ClientError):
    """The document is not the one that was published as a draft, or that one is not kept here."""

    code = "client.draft"
    number = 7860
