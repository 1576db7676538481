"""What values look like that identify people or reach them: by a checksum, a fixed pattern, or the property's name."""

from __future__ import annotations

import re

__all__ = ["describe_contact", "describe_identifier", "is_bank_account", "is_card_number", "match_words"]

_MAIL = re.compile(r"(?:mailto:)?([^@\s<>]{1,64})@([A-Za-z0-9.-]{1,250}\.[A-Za-z]{2,24})\Z")
_ROLES = frozenset(
    "info contact kontakt support office service help admin administrator webmaster postmaster noreply no-reply press "
    "presse sales hello mail team feedback".split()
)
_EXAMPLES = ("example.org", "example.com", "example.net", "example.edu", ".example", ".test", ".invalid")
_PHONE = re.compile(r"(?:tel:)?\+?[\d\s()/.-]{6,24}\Z")
_WORLD_PHONE = re.compile(r"(?:tel:)?\+[1-9]\d{0,2}[ -]?\(?\d[\d ()/-]{5,18}\d\Z")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\Z")
_AMERICAN = re.compile(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\Z")


def match_words(*parts: str) -> re.Pattern[str]:
    """Return the expression that finds any of some words, in either case."""
    return re.compile("|".join(parts), re.IGNORECASE)


_SAYS_PHONE = match_words(r"phone", r"\btel\b", r"telefon", r"\bfax\b", r"mobile ?(?:number|nr)", r"handy ?nummer")
_SAYS_ADDRESS = match_words(r"street", r"stra(?:ß|ss)e\b", r"postal ?address", r"home ?address", r"anschrift", r"wohnort", r"residential")  # fmt: skip  # noqa: E501
_SAYS_CARD = match_words(r"credit ?card", r"card ?number", r"kreditkarte", r"kartennummer")
_SAYS_NUMBER = match_words(
    r"social ?security", r"\bssn\b", r"national ?insurance", r"\bnino\b", r"sozialversicherung", r"steuer ?-?id",
    r"tax ?payer", r"passport ?(?:no|nr|number)", r"reisepass ?nummer", r"ausweis ?nummer", r"insurance ?number",
    r"versicherten ?nummer",
)  # fmt: skip


def is_bank_account(text: str) -> bool:
    """Tell whether a text is an international bank account number with its checksum (ISO 13616, ISO 7064 mod 97)."""
    if not _IBAN.match(text):
        return False
    plain = text.replace(" ", "")
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def is_card_number(text: str) -> bool:
    """Tell whether a text has 13 to 19 digits and the checksum of payment cards (ISO/IEC 7812-1, Luhn)."""
    if re.sub(r"[0-9 -]", "", text):
        return False
    digits = [int(char) for char in text if char.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits[::-1])]
    return sum(doubled) % 10 == 0


def _is_personal_mail(text: str) -> bool:
    found = _MAIL.match(text)
    if found is None or found[1].lower() in _ROLES:
        return False
    return not found[2].lower().endswith(_EXAMPLES)


def _count_digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def describe_contact(words: str, text: str) -> str:
    """Return what a value looks like, in the plural, given the words of its property; empty: like none of it."""
    if "@" in text:
        return "e-mail addresses" if _is_personal_mail(text) else ""
    says = _SAYS_PHONE.search(words) and _PHONE.match(text) and 6 <= _count_digits(text) <= 15
    if says or (_WORLD_PHONE.match(text) and 8 <= _count_digits(text) <= 15):
        return "phone numbers"
    if _SAYS_ADDRESS.search(words) and any(char.isdigit() for char in text) and any(char.isalpha() for char in text):
        return "postal addresses"
    return ""


def describe_identifier(words: str, text: str) -> str:
    """Return what a value looks like, in the plural, given the words of its property; empty: like none of it."""
    if is_bank_account(text):
        return "numbers of bank accounts"
    if _SAYS_CARD.search(words) and is_card_number(text):
        return "numbers of payment cards"
    if _AMERICAN.match(text) or (_SAYS_NUMBER.search(words) and _count_digits(text) >= 6):
        return "numbers of social insurance or identity papers"
    return ""
