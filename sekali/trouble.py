"""Which errors of hearing pass by themselves, which need somebody, and which are the record's own."""

from aiokafka.errors import KafkaError

from sekali.agreement import ContractEnded
from sekali.codec import SchemaMismatch
from sekali.database import is_worth_retrying
from sekali.errors import Unavailable
from sekali.keystore import KeyStoreRefuses
from sekali.sealing import KeyNotKnownYet, NoRightToKey


def stops(error: BaseException) -> bool:
    """Somebody must act: renew a contract, grant a key, mend the registry. It goes on by itself afterwards."""
    return isinstance(error, ContractEnded | NoRightToKey | KeyStoreRefuses | SchemaMismatch)


def waits(error: BaseException) -> bool:
    """A part is away and comes back. It is no poison: nothing goes to the dead letters for it."""
    return is_worth_retrying(error) or isinstance(error, Unavailable | KeyNotKnownYet | KafkaError)


def is_poison(error: BaseException) -> bool:
    """The record, or what is done with it, is wrong, and would be the next time too."""
    return not stops(error) and not waits(error)
