# SPDX-License-Identifier: Apache-2.0
"""Hard caps of protocol 1: there are no fees to keep spam out. A change is a new protocol."""

TRANSACTION_SIZE_MAX = 131_072
"""Bytes of one JWS: a receivable may be split among a thousand in one act."""

VALIDITY_S_MAX = 3_600
"""How far ahead of the block's time `valid_until` may lie, seconds."""

CONSENTS_MAX = 15
"""Consents in one transaction, so sixteen signatures at most."""

APPROVAL_S_MAX = 90 * 86_400
"""How far ahead of the block's time a proposal or an approval may end, seconds: 90 days."""

KEYS_TOUCHED_MAX = 3_072
"""Records one act may write: a payment reaches a thousand receivables, the accounts of their
creditors, and those of their pledgees."""

BLOCK_TRANSACTIONS_MAX = 5_000
BLOCK_SIZE_MAX = 4 << 20
"""Bytes of transactions in one block."""

QUOTA_ACTOR_DEFAULT = 1_000_000
"""Unexpired transactions remembered for one actor, unless the genesis says otherwise."""

VALIDATORS_MAX = 64
"""Validators of a consortium."""

POWER_MAX = 1_000_000
"""Weight of one validator's vote."""
