"""Whether a party can be verified at all: KYC-011 to KYC-013."""

import datetime
import unicodedata

import grpc

from refuse import KYC_DOMAIN, Refusal


def check_party(party, now):
    """Raises where it cannot be one."""
    if party.WhichOneof("person") == "legal_person":
        _check_name(party.legal_person.legal_name, "party.legal_person.legal_name")
        return
    person = party.natural_person
    _check_name(f"{person.given_name} {person.family_name}", "party.natural_person.given_name")
    why = _birth_date_fault(person.birth_date, now)
    if why is not None:
        raise Refusal(
            grpc.StatusCode.INVALID_ARGUMENT,
            KYC_DOMAIN,
            "BIRTH_DATE_INVALID",
            "the birth date cannot be one",
            [("party.natural_person.birth_date", why)],
        )


def _check_name(name, field):
    why = _name_fault(name)
    if why is not None:
        raise Refusal(
            grpc.StatusCode.INVALID_ARGUMENT, KYC_DOMAIN, "NAME_INVALID", "the name cannot be one", [(field, why)]
        )


def _name_fault(name):
    if any(_is_forbidden(one) for one in name):
        return "holds a control character or an override of writing direction"
    if not any(one.isalpha() for one in name):
        return "holds no letter"
    return None


def _is_forbidden(one):
    """Control characters and overrides of direction; marks of direction (U+200E, U+200F, U+061C) are neither."""
    return unicodedata.category(one) == "Cc" or "\u202a" <= one <= "\u202e" or "\u2066" <= one <= "\u2069"


def _birth_date_fault(birth, now):
    try:
        day = datetime.date(birth.year, birth.month, birth.day)
    except ValueError:
        return "is no day of the calendar"
    return "lies in the future" if day > now.date() else None
